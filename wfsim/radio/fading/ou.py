"""Fading that forgets exponentially: a complex Ornstein-Uhlenbeck process."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.radio.fading import Fading, FadingPaths
from wfsim.radio.fading._paths import TILE_BLOCKS, Gains, cached_tiles, from_tiles, gains_at
from wfsim.rng import Streams

Complex = NDArray[np.complex128]

_BLOCKS_PER_TAU = 10.0
_MOST_BLOCKS_PER_TAU = 1000.0
_FORGOTTEN = 37.0  # exp(-37) < 2^-53: innovations older than this many tau are below a float's rounding


class OrnsteinUhlenbeck(Fading, kind="ou"):
    """Rayleigh fading of exponential memory, E[h(t + s) h*(t)] = exp(-s / tau): Uhlenbeck and Ornstein 1930, Doob 1942.

    Block k holds |h|^2 at its start, so from block to block h is the AR(1) process h' = rho h + sqrt(1 - rho^2) w with
    rho = exp(-coherence_s / tau_s) and w ~ CN(0, 1) addressed by (link, tile): one stationary process in any order of
    queries. Its path is nowhere smooth: no finite rate of level crossings, so use `clarke` for fade durations.
    """

    tau_s: float = Field(0.1, ge=1e-6, description="time in which the correlation falls to 1/e, s")
    coherence_s: float | None = Field(None, gt=0.0, description="length of a block, s; null: tau_s / 10")

    @model_validator(mode="after")
    def _blocks_are_not_too_short(self) -> OrnsteinUhlenbeck:
        if self.coherence_s is not None and self.coherence_s * _MOST_BLOCKS_PER_TAU < self.tau_s:
            raise ValueError(
                f"coherence_s {self.coherence_s:g} is below tau_s / 1000: the sum over its memory is too long"
            )
        return self

    def realise(self, streams: Streams, links: Sequence[str]) -> FadingPaths:
        return _OuPaths(self, streams, links)


class _OuPaths:
    """h_k = sqrt(1 - rho^2) sum_j rho^j w_{k - j}, summed over the tiles whose weight is not yet rounding."""

    def __init__(self, part: OrnsteinUhlenbeck, streams: Streams, links: Sequence[str]) -> None:
        self.coherence_s = part.coherence_s or part.tau_s / _BLOCKS_PER_TAU
        self._streams, self._links = streams, tuple(links)
        step = self.coherence_s / part.tau_s
        ages = np.subtract.outer(np.arange(TILE_BLOCKS), np.arange(TILE_BLOCKS))
        scale = math.sqrt(-math.expm1(-2.0 * step))
        self._weights = np.where(ages >= 0, scale * np.exp(-step * np.maximum(ages, 0)), 0.0)
        self._decay = np.exp(-step * np.arange(1, TILE_BLOCKS + 1))
        self._memory = np.exp(-step * TILE_BLOCKS * np.arange(math.ceil(_FORGOTTEN / (step * TILE_BLOCKS))))
        self._own = cached_tiles(self._draw_own, len(self._links))
        self._tile = cached_tiles(self._sum_tile, len(self._links))

    def block_gains(self, link_indices: NDArray[np.int64], first_block: int, count: int) -> Gains:
        """Gains, shape [n, count]."""
        return from_tiles(self._tile, link_indices, first_block, count)

    def gain(self, t_s: Gains) -> Gains:
        """Gains, shape [links, m]."""
        return gains_at(self, self.coherence_s, len(self._links), t_s)

    def _sum_tile(self, link: int, tile: int) -> Gains:
        ends = np.array([self._own(link, tile - back)[-1] for back in range(1, len(self._memory) + 1)])
        before = (self._memory * ends).sum()
        return np.abs(self._own(link, tile) + self._decay * before) ** 2

    def _draw_own(self, link: int, tile: int) -> Complex:
        """What the innovations of a tile add to h in its blocks, shape [64]."""
        noise = self._streams.generator("ou", self._links[link], tile).standard_normal((2, TILE_BLOCKS))
        real, imaginary = noise @ self._weights.T / math.sqrt(2.0)
        return real + 1j * imaginary
