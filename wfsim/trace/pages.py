"""What a part of a run writes while others write too: lines without numbers, to be put into one journal later."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.trace.journal import Journal, Sink, spell
from wfsim.trace.record import Record


@dataclass(frozen=True, kw_only=True, eq=False)
class Leaves:
    """Records of one part in order of writing: when each was written, [records], and its JSON."""

    part: int
    t_s: NDArray[np.float64]
    texts: Sequence[bytes]


class Pages(Journal):
    """The journal of one part: keeps the lines until they are taken; `sinks` see them at once, unnumbered."""

    def __init__(self, part: int, sinks: Iterable[Sink] = ()) -> None:
        super().__init__(sinks)
        self.part = part
        self._times_s: list[float] = []
        self._texts: list[bytes] = []

    def write(self, record: Record) -> None:
        """Keep one record; nothing once the journal is halted."""
        if self._halted:
            return
        line = record.payload()
        self._times_s.append(record.t_s)
        self._texts.append(spell(line))
        for sink in self._sinks:
            sink(line)

    def take(self, until_s: float) -> Leaves:
        """Tear out what was written up to a time."""
        count = bisect_right(self._times_s, until_s)
        taken = Leaves(part=self.part, t_s=np.array(self._times_s[:count]), texts=self._texts[:count])
        self._times_s, self._texts = self._times_s[count:], self._texts[count:]
        return taken


def in_order(leaves: Sequence[Leaves]) -> list[bytes]:
    """The texts of several parts in order of time; of one instant in order of the parts, then of writing."""
    if not leaves:
        return []
    texts = [text for each in leaves for text in each.texts]
    parts = np.concatenate([np.full(len(each.texts), each.part) for each in leaves])
    order = np.lexsort((parts, np.concatenate([each.t_s for each in leaves])))  # stable: by time, then by part
    return [texts[index] for index in order.tolist()]
