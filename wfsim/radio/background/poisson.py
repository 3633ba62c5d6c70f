"""Foreign sessions that come and go."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.radio.background import Background, ForeignTraffic, Steps, TiledSteps
from wfsim.rng import Streams

_CACHED_TILES = 256
_MOST_SESSIONS = 1000.0
_LONGEST_TILES = 37  # -ln(1 - u) <= 53 ln 2 = 36.74 for u < 1 in binary64: no session lasts longer


class PoissonSessions(Background, kind="poisson"):
    """Sessions arrive at `rate_per_s`, last exponentially and take `share` each, together at most `max_share`.

    An M/M/infinity queue, stationary from the start: Poisson(rate_per_s mean_s) sessions at any time, with
    autocorrelation exp(-lag / mean_s) (Kleinrock 1975, ch. 3). Sessions beyond `max_share` get nothing more.
    """

    rate_per_s: float = Field(0.5, gt=0.0, le=1e3, description="arrivals of sessions, 1/s")
    mean_s: float = Field(2.0, ge=1e-3, description="mean length of a session, s")
    share: float = Field(0.25, gt=0.0, lt=1.0, description="fraction of the band that a session takes")
    max_share: float = Field(0.75, gt=0.0, lt=1.0, description="fraction of the band that all sessions take at most")

    @model_validator(mode="after")
    def _one_session_fits(self) -> PoissonSessions:
        if self.share > self.max_share:
            raise ValueError(f"share {self.share:g} exceeds max_share {self.max_share:g}")
        return self

    @model_validator(mode="after")
    def _sessions_can_be_followed(self) -> PoissonSessions:
        if self.rate_per_s * self.mean_s > _MOST_SESSIONS:
            raise ValueError(f"rate_per_s x mean_s is {self.rate_per_s * self.mean_s:g} sessions at once, above 1000")
        return self

    def realise(self, streams: Streams, direction: str, start_s: float) -> ForeignTraffic:
        sessions = lru_cache(_CACHED_TILES)(partial(self._sessions, streams, direction))
        return TiledSteps(
            self.mean_s, lambda tile: self._steps([sessions(tile - k) for k in range(_LONGEST_TILES + 1)], tile)
        )

    def mean_share(self) -> float:
        """E[min(N share, max_share)], N ~ Poisson(rate_per_s mean_s)."""
        mean = self.rate_per_s * self.mean_s
        present = range(int(mean + 40.0 * math.sqrt(mean) + 40.0))  # more have no probability in binary64
        log_law = (n * math.log(mean) - mean - math.lgamma(n + 1.0) for n in present)
        return math.fsum(math.exp(each) * min(n * self.share, self.max_share) for n, each in enumerate(log_law))

    def _sessions(self, streams: Streams, direction: str, tile: int) -> _Sessions:
        """Those that arrive in a tile."""
        generator = streams.generator("background", direction, tile)
        count = generator.poisson(self.rate_per_s * self.mean_s)
        starts_s = (tile + generator.random(count)) * self.mean_s
        return _Sessions(starts_s, starts_s - np.log1p(-generator.random(count)) * self.mean_s)

    def _steps(self, tiles: list[_Sessions], tile: int) -> Steps:
        starts_s, ends_s = (np.concatenate(times_s) for times_s in zip(*tiles, strict=True))
        from_s, to_s = tile * self.mean_s, (tile + 1) * self.mean_s
        times_s, moves = np.concatenate([starts_s, ends_s]), np.repeat([1, -1], [len(starts_s), len(ends_s)])
        order = np.argsort(times_s, kind="stable")
        order = order[(times_s[order] > from_s) & (times_s[order] < to_s)]
        present = ((starts_s <= from_s) & (from_s < ends_s)).sum()
        counts = present + np.concatenate([[0], np.cumsum(moves[order])])
        return Steps(times_s[order], np.minimum(counts * self.share, self.max_share))


class _Sessions(NamedTuple):
    """Arrivals and departures of some sessions, [n] each."""

    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
