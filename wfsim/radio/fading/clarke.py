"""Fading of a moving device among scatterers all around it: correlated in time as J0."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.fading import Fading, FadingPaths
from wfsim.radio.fading._paths import TILE_BLOCKS, Gains, cached_tiles, from_tiles, gains_at
from wfsim.rng import Streams

Complex = NDArray[np.complex128]

_BLOCKS_PER_PERIOD = 20.0


class Clarke(Fading, kind="clarke"):
    """Clarke's model: h(t) = N^-1/2 sum_n a_n exp(j 2 pi f_d t cos(alpha_n)), Rayleigh, correlated as J0(2 pi f_d s).

    Clarke 1968; Jakes 1974. f_d = v f_c / c: 10 Hz at 1.5 m/s and 2 GHz. One angle of arrival per sector of 2 pi / N,
    drawn once per link with its amplitude, so the path is a function of time. `fixed`: |a_n| = 1 with random phase;
    every link has unit power, E|h|^4 = 2 - 1/N. `gaussian`: a_n ~ CN(0, 1); exactly Rayleigh over links, a link's own
    mean power varies with standard deviation N^-1/2. A block holds |h|^2 of its middle; with the default length h
    hardly changes inside it (correlation with its edges J0(pi/20) = 0.994). Valid while blocks are below 1 / (2 f_d).
    """

    doppler_hz: float = Field(10.0, ge=1e-6, le=1e6, description="greatest Doppler shift f_d = v f_c / c, Hz")
    sinusoids: int = Field(64, ge=8, le=4096, description="number of arriving waves N")
    amplitudes: Literal["fixed", "gaussian"] = Field(
        "fixed", description="equal waves, or of complex Gaussian strength"
    )
    coherence_s: float | None = Field(None, gt=0.0, description="length of a block, s; null: 1 / (20 doppler_hz)")

    def realise(self, streams: Streams, links: Sequence[str]) -> FadingPaths:
        return ClarkePaths(self, streams, links)


class ClarkePaths:
    """Sums of sinusoids, whose angles and amplitudes are drawn at (`clarke`, link name)."""

    def __init__(self, part: Clarke, streams: Streams, links: Sequence[str]) -> None:
        self.coherence_s = part.coherence_s or 1.0 / (_BLOCKS_PER_PERIOD * part.doppler_hz)
        self._part, self._streams, self._links = part, streams, tuple(links)
        self._waves = lru_cache(len(self._links))(self._draw_waves)
        self._tile = cached_tiles(self._sample_tile, len(self._links))

    def complex_gain(self, link: int, t_s: Gains) -> Complex:
        """h [m] of one link at m times in s: the process itself, blocks apart."""
        rates_hz, amplitudes = self._waves(link)
        return (amplitudes * np.exp(2j * np.pi * np.multiply.outer(t_s, rates_hz))).sum(axis=1)

    def block_gains(self, link_indices: NDArray[np.int64], first_block: int, count: int) -> Gains:
        """Gains, shape [n, count]."""
        return from_tiles(self._tile, link_indices, first_block, count)

    def gain(self, t_s: Gains) -> Gains:
        """Gains, shape [links, m]."""
        return gains_at(self, self.coherence_s, len(self._links), t_s)

    def _sample_tile(self, link: int, tile: int) -> Gains:
        middles_s = (tile * TILE_BLOCKS + np.arange(TILE_BLOCKS) + 0.5) * self.coherence_s
        return np.abs(self.complex_gain(link, middles_s)) ** 2

    def _draw_waves(self, link: int) -> tuple[Gains, Complex]:
        """Doppler shifts in Hz and complex amplitudes, both [sinusoids]."""
        count, generator = self._part.sinusoids, self._streams.generator("clarke", self._links[link])
        angles = 2.0 * np.pi * (np.arange(count) + generator.random(count)) / count
        if self._part.amplitudes == "fixed":
            amplitudes = np.exp(2j * np.pi * generator.random(count))
        else:
            amplitudes = generator.standard_normal((count, 2)) @ np.array([1.0, 1j]) / np.sqrt(2.0)
        return self._part.doppler_hz * np.cos(angles), amplitudes / np.sqrt(count)
