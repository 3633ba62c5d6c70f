"""A queue per device: what is left out against every device's own finish time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfsim.allocation.bands import capped_rate_bps
from wfsim.allocation.finish import within
from wfsim.allocation.prices import bands_at_price_hz, falling_root
from wfsim.allocation.problem import Counts, Solution, Uploads, Vector
from wfsim.allocation.search import best_of

_PRICES = 48
_SPAN = 1.5  # prices are tried from this factor below those of the extremes to as far above them


def solve_per_device(uploads: Uploads, *, v: float, queues_s: Vector) -> Solution:
    """Ranks and bands of least V sum p_k eps_k(s_k) + sum Q_k T_k, T_k each upload's own finish time; Q_k > 0 [n].

    At a price per hertz everybody decides alone: Q_k S_k R'(b)/R(b)^2 = price, then the cheapest rank. Tried at prices
    around those of keeping one rank and all, then improved by exact moves of one or two devices: a heuristic.
    Raises ValueError for a queue that is not positive: without a cost of time its band would be zero.
    """
    if not (queues_s > 0.0).all():
        raise ValueError("every device's queue must be above 0")
    objective = _PerDevice(uploads, v, queues_s)
    levels, value = best_of(objective, _candidates(objective), uploads.bits.shape[1])
    bands_hz = objective.bands_hz(levels[None])[0]
    finish_s = float(objective.finish_s(levels, bands_hz).max())
    return Solution(keep=levels + 1, bands_hz=within(bands_hz, uploads.band_hz), finish_s=finish_s, objective=value)


def _candidates(objective: _PerDevice) -> Counts:
    count, ranks = objective.uploads.bits.shape
    extremes = np.array([[ranks - 1] * count, [0] * count])
    high, low = objective.prices(extremes)
    prices = np.geomspace(min(low, high) / _SPAN, max(low, high) * _SPAN, _PRICES)
    return np.concatenate([extremes, objective.costs(prices).argmin(axis=-1)])


@dataclass(frozen=True)
class _PerDevice:
    uploads: Uploads
    v: float
    queues_s: Vector

    def values(self, levels: Counts) -> Vector:
        left_out = self.uploads.chosen(self.uploads.distortion, levels).sum(axis=-1)
        finish_s = self.finish_s(levels, self.bands_hz(levels))
        return self.v * left_out + (self.queues_s * finish_s).sum(axis=-1)

    def pair_bounds(self, levels: Counts) -> Vector:
        """The Lagrangian at the present price is below the value of every choice of ranks (weak duality)."""
        (price,) = self.prices(levels[None])
        (costs,) = self.costs(np.array([price]))
        return self.uploads.pair_sums(costs, levels) - price * self.uploads.band_hz

    def finish_s(self, levels: Counts, bands_hz: Vector) -> Vector:
        uploads = self.uploads
        return uploads.ready_s + uploads.chosen(uploads.flown_bits, levels) / uploads.rates_bps(bands_hz)

    def costs(self, prices: Vector) -> Vector:
        """V p eps + Q T + price b [g, n, r], each with the band that is best at the price [g]."""
        uploads, prices = self.uploads, prices[:, None, None]
        snr_hz, queues_s = uploads.snr_hz[:, None], self.queues_s[:, None]
        weights = queues_s * uploads.flown_bits
        bands_hz = bands_at_price_hz(prices / weights, snr_hz, uploads.gap, uploads.cap_bps_per_hz)
        rates = capped_rate_bps(bands_hz, snr_hz, uploads.gap, uploads.cap_bps_per_hz)
        waiting = queues_s * uploads.ready_s[:, None] + weights / rates
        return self.v * uploads.distortion + waiting + prices * bands_hz

    def bands_hz(self, levels: Counts) -> Vector:
        """The best bands [m, n] for levels [m, n], together the whole band."""
        weights = self._weights(levels)
        bands_hz = self._bands_at(self.prices(levels), weights)
        return bands_hz * (self.uploads.band_hz / bands_hz.sum(axis=-1, keepdims=True))

    def prices(self, levels: Counts) -> Vector:
        """The prices [m] at which the bands fill the whole band. In logarithms the sum falls almost linearly with the
        price: false position with Illinois' rule, from the prices at which one of the equal bands would be right."""
        weights, band_hz = self._weights(levels), self.uploads.band_hz
        equal = self._price_of_equal_bands() * weights
        low, high = np.log(equal.min(axis=-1)), np.log(equal.max(axis=-1))

        def excess(log_price: Vector) -> Vector:
            return np.log(self._bands_at(np.exp(log_price), weights).sum(axis=-1) / band_hz)

        return np.exp(falling_root(excess, low - 1e-9, high + 1e-9))

    def _weights(self, levels: Counts) -> Vector:
        return self.queues_s * self.uploads.chosen(self.uploads.flown_bits, levels)

    def _bands_at(self, prices: Vector, weights: Vector) -> Vector:
        uploads = self.uploads
        return bands_at_price_hz(prices[:, None] / weights, uploads.snr_hz, uploads.gap, uploads.cap_bps_per_hz)

    def _price_of_equal_bands(self) -> Vector:
        """R'/R^2 [n] at an n-th of the band."""
        uploads = self.uploads
        share_hz = uploads.band_hz / len(uploads.snr_hz)
        log_snr = np.log1p(uploads.snr_hz / (uploads.gap * share_hz))
        curve = np.log(2.0) * (log_snr + np.expm1(-log_snr)) / (share_hz * log_snr) ** 2
        capped = log_snr >= uploads.cap_bps_per_hz * np.log(2.0)
        return np.where(capped, 1.0 / (uploads.cap_bps_per_hz * share_hz**2), curve)
