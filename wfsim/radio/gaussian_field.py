"""A random function of position with an exponential autocorrelation, the same in any order of queries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.rng import Address, Streams

Array = NDArray[np.float64]

_WAVES = 256


class GaussianField:
    """Gaussian, zero mean, unit variance, autocorrelation exp(-|x - y|) over the plane, x and y in correlation lengths.

    256 plane waves of Gaussian amplitude whose wave numbers follow the spectrum of exp(-r), density k (1 + k^2)^(-3/2):
    exact in the marginal and in the ensemble autocorrelation; the variance over space of one realisation differs from
    1 by about 1 in sqrt(256). A value depends on address and position alone, so adding a device shifts nobody.
    Source: Cai and Giannakis 2003 (sum of sinusoids for the shadowing of Gudmundson 1991). Valid in the plane.
    """

    def __init__(self, streams: Streams, purpose: str, *address: Address) -> None:
        generator = streams.generator(purpose, *address)
        quantile, turn = generator.random((2, _WAVES))
        wave_number = np.sqrt((1.0 - quantile) ** -2 - 1.0)
        self._x, self._y = wave_number * np.cos(2.0 * np.pi * turn), wave_number * np.sin(2.0 * np.pi * turn)
        cosine, sine = generator.standard_normal((2, _WAVES)) / np.sqrt(_WAVES)
        self._amplitude, self._phase = np.hypot(cosine, sine), np.arctan2(sine, cosine)

    def at(self, places: Array) -> Array:
        """Values [n] at places [n, 2], in correlation lengths; the same bits whatever else is asked for."""
        x, y = np.asarray(places, dtype=np.float64).reshape(-1, 2).T
        phase = x[:, None] * self._x + y[:, None] * self._y - self._phase
        return (self._amplitude * np.cos(phase)).sum(axis=1)
