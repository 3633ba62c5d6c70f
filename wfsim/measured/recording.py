"""What a file holds: a quantity over the time of its recording, before it is laid over simulated time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.measured.series import AtEnd, Series

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """`values` [n] between `edges_s` [n + 1] from 0 on; `step_s` is the usual distance of samples.

    `amounts` [n] are the integrals over the steps where the file counts them.
    """

    edges_s: Array
    values: Array
    step_s: float
    amounts: Array | None = None

    def series(self, at_end: AtEnd = "loop", offset_s: float = 0.0) -> Series:
        """The recording over simulated time."""
        return Series(self.edges_s, self.values, amounts=self.amounts, at_end=at_end, offset_s=offset_s)


def sampled(times_s: Array, values: Array) -> Recording:
    """Each sample holds until the next one; the last as long as the usual distance of samples, the median (1 s if there
    is one sample). Of samples with the same time the last one counts. Neighbours that agree become one step.
    """
    last = np.append(np.diff(times_s) > 0.0, True)
    times_s, values = times_s[last] - times_s[0], values[last]
    step_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    return merged(np.append(times_s, times_s[-1] + step_s), values, step_s)


def merged(edges_s: Array, values: Array, step_s: float, amounts: Array | None = None) -> Recording:
    """A recording in which neighbouring steps of the same value are one."""
    begins = np.flatnonzero(np.append(True, np.diff(values) != 0.0))
    return Recording(
        edges_s=np.append(edges_s[begins], edges_s[-1]),
        values=values[begins],
        step_s=step_s,
        amounts=None if amounts is None else np.add.reduceat(amounts, begins),
    )
