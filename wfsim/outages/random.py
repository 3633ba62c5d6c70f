"""Failures and repairs at random times."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.outages import Downtime, Outages
from wfsim.rng import Streams

_BATCH = 64


class RandomOutages(Outages, kind="random"):
    """Exponential times up (mean `mtbf_s`) and down (mean `mttr_s`), stationary from t = 0.

    The two-state Markov availability model: down for mttr / (mtbf + mttr) of time (Trivedi & Bobbio 2017, ch. 9). It is
    down at t = 0 with that probability, and what is left of a period is exponential again. `mtbf_s` counts from a
    repair to the next failure.
    """

    mtbf_s: float = Field(86_400.0, gt=0.0, description="mean time from a repair to the next failure, s")
    mttr_s: float = Field(600.0, gt=0.0, description="mean time from a failure to its repair, s")

    def realise(self, streams: Streams, element: str, start_s: float) -> Downtime:
        return _Alternating(self, partial(streams.generator, "outage", element))


class _Alternating:
    """Changes at the running sums of sojourns, drawn in batches of 64 addressed by their number."""

    def __init__(self, part: RandomOutages, generator: partial[np.random.Generator]) -> None:
        self._part, self._generator, self._batches = part, generator, 0
        down_probability = part.mttr_s / (part.mtbf_s + part.mttr_s)
        self._starts_down = bool(generator("state").random() < down_probability)
        self._changes_s: NDArray[np.float64] = np.zeros(0)

    def is_down(self, t_s: float) -> bool:
        """Down at first, or not; the other after every change."""
        return self._starts_down ^ bool(self._passed(t_s) % 2)

    def next_change_s(self, t_s: float) -> float:
        """The first running sum beyond `t_s`."""
        passed = self._passed(t_s)
        return float(self._changes_s[passed])

    def _passed(self, t_s: float) -> int:
        """How many changes have happened at `t_s`; at least one more is drawn."""
        while not len(self._changes_s) or self._changes_s[-1] <= t_s:
            self._draw()
        return int(np.searchsorted(self._changes_s, t_s, side="right"))

    def _draw(self) -> None:
        means_s = (
            (self._part.mttr_s, self._part.mtbf_s) if self._starts_down else (self._part.mtbf_s, self._part.mttr_s)
        )
        sojourns_s = self._generator(self._batches).standard_exponential(_BATCH) * np.tile(means_s, _BATCH // 2)
        last_s = self._changes_s[-1:] if len(self._changes_s) else np.zeros(1)
        self._changes_s = np.concatenate([self._changes_s, last_s + np.cumsum(sojourns_s)])
        self._batches += 1
