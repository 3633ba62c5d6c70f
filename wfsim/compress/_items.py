"""Which items (rank pairs, singular directions) lie in which fragment: sizes alone, no values.

An item is one or two segments of values; `companions` further values fly with every segment, so that a piece of a
segment decodes without the rest. All fragments carry the same flags: what was chosen at all.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from wfsim.compress._numbers import FORMATS, NumberFormat, ValueType

WHOLE, PART, LAST_PART = 2, 3, 4  # format bytes; what follows the last part of a cut item is not sent
PREFIX = struct.Struct("<BBH")  # format, family and value type, number of items (whole) or the item (parts)
NUMBER = struct.Struct("<H")  # an item
RANGE = struct.Struct("<IH")  # first value and number of values of a part
_MOST = 2**16 - 1


class Content(NamedTuple):
    """What a fragment carries: whole items, or of one item the `count` values from `start` on."""

    form: int
    items: tuple[int, ...]
    start: int = 0
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Wire:
    """Sizes of one codec's fragments. `segments(item)` are the lengths of an item's segments."""

    family: int
    kind: ValueType
    items: int
    flags: int
    companions: int
    segments: Callable[[int], tuple[int, ...]]

    @property
    def numbers(self) -> NumberFormat:
        """The number format of every piece."""
        return FORMATS[self.kind]

    @property
    def flag_bytes(self) -> int:
        """A bit per flag."""
        return -(-self.flags // 8)

    @property
    def prefix_bytes(self) -> int:
        """What a fragment without items takes."""
        return PREFIX.size + self.flag_bytes

    def item_bytes(self, item: int) -> int:
        """Number and pieces of a whole item."""
        return NUMBER.size + sum(self._companion_bytes + self.numbers.size(count) for count in self.segments(item))

    def size(self, content: Content) -> int:
        """Bytes of a fragment."""
        if content.form == WHOLE:
            return self.prefix_bytes + sum(map(self.item_bytes, content.items))
        return self._part_prefix_bytes + self.numbers.size(content.count)

    def entries(self, content: Content) -> int:
        """Values that a fragment carries."""
        if content.form == WHOLE:
            return sum(self.companions + count for item in content.items for count in self.segments(item))
        return self.companions + content.count

    def part_room(self, size: int) -> int:
        """Values of a part in a fragment of `size` bytes; 0 or less: none."""
        return min(self.numbers.room(size - self._part_prefix_bytes), _MOST)

    def require_room(self, max_bytes: int) -> None:
        """Raises ValueError where no part of an item fits a fragment, or items are more than a number can tell."""
        least = self._part_prefix_bytes + self.numbers.size(1)
        if max_bytes < least:
            raise ValueError(f"max_bytes is {max_bytes}, and one value with its header takes {least}")
        if self.items > _MOST:
            raise ValueError(f"{self.items} items (ranks of all matrices), and a header counts to {_MOST}")

    def lay_out(self, order: Iterable[int], max_bytes: int, budget_bytes: float) -> list[Content]:
        """Items in order of sending, until the budget is used up: the item that no longer fits is cut."""
        self.require_room(max_bytes)
        layout = _Layout(self, max_bytes, budget_bytes)
        for item in order:
            if not layout.add(item):
                break
        return layout.finished()

    def spans(self, item: int) -> Iterator[tuple[int, int]]:
        """First and last (excluded) value of every segment, counted through the item."""
        start = 0
        for count in self.segments(item):
            yield start, start + count
            start += count

    @property
    def _companion_bytes(self) -> int:
        return self.numbers.size(self.companions) if self.companions else 0

    @property
    def _part_prefix_bytes(self) -> int:
        return self.prefix_bytes + RANGE.size + self._companion_bytes


class _Layout:
    """Fragments so far, and the one that is being filled."""

    def __init__(self, wire: Wire, max_bytes: int, budget_bytes: float) -> None:
        self._wire, self._max_bytes, self._left = wire, max_bytes, budget_bytes
        self._closed: list[Content] = []
        self._open: list[int] = []
        self._open_bytes = wire.prefix_bytes

    def add(self, item: int) -> bool:
        """Whether the item found room: where there is, else in a new fragment, else in parts."""
        if not self._took(item):
            self._close()
            return self._took(item) or self._split(item)
        return True

    def finished(self) -> list[Content]:
        """All fragments: at least one, which says what was not chosen, even where nothing was."""
        self._close()
        return self._closed or [Content(WHOLE, ())]

    def _took(self, item: int) -> bool:
        grown = self._open_bytes + self._wire.item_bytes(item)
        if grown > min(self._max_bytes, self._left):
            return False
        self._open.append(item)
        self._open_bytes = grown
        return True

    def _close(self) -> None:
        if self._open:
            self._closed.append(Content(WHOLE, tuple(self._open)))
            self._left -= self._open_bytes
            self._open, self._open_bytes = [], self._wire.prefix_bytes

    def _split(self, item: int) -> bool:
        parts: list[Content] = []
        for start, end in self._wire.spans(item):
            while start < end:
                room = self._wire.part_room(int(min(self._max_bytes, self._left)))
                if room < 1:
                    self._closed += [*parts[:-1], *(part._replace(form=LAST_PART) for part in parts[-1:])]
                    return False
                parts.append(Content(PART, (item,), start, min(room, end - start)))
                self._left -= self._wire.size(parts[-1])
                start += parts[-1].count
        self._closed += parts
        return True
