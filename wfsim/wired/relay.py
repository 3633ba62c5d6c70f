"""A fixed wireless link: a relay's backhaul."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.errors import RunError
from wfsim.intervals import interval_of
from wfsim.rng import Streams
from wfsim.units import SPEED_OF_LIGHT_MPS, db_to_linear
from wfsim.wired import Carrier, Hop
from wfsim.wired.wire import Constant

_TILE_BLOCKS = 64
_QUANTILES = 4_096
_MOST_TILES = 8_192


class Relay(Hop, kind="relay"):
    """Rate min(log2(1 + snr / gap), cap) x band, its band to itself, SNR snr_db - 10 n log10(distance / reference).

    Shannon with a gap (Goldsmith 2005, ch. 9.3) and log-distance path loss (Rappaport 2002, ch. 4.9). `none`: the rate
    at the mean SNR. `rayleigh`: independent blocks of `coherence_s`, power gain Exp(1); the sender knows each block's
    rate, and the two directions fade apart. Valid for links that stand still, beyond `reference_m`.
    """

    band_hz: float = Field(20e6, gt=0.0, description="bandwidth of each direction, Hz")
    snr_db: float = Field(20.0, ge=-30.0, le=80.0, description="mean SNR at the reference distance, dB")
    reference_m: float = Field(100.0, gt=0.0, description="distance at which snr_db holds, m")
    distance_m: float | None = Field(None, gt=0.0, description="length of the link, m; null: the reference distance")
    exponent: float = Field(2.0, ge=1.0, le=6.0, description="path-loss exponent n")
    gap_db: float = Field(2.0, ge=0.0, description="SNR gap to capacity, dB")
    max_bps_per_hz: float = Field(7.4, gt=0.0, description="highest efficiency, bit/s/Hz")
    fading: Literal["none", "rayleigh"] = Field("none", description="none, or Rayleigh blocks")
    coherence_s: float = Field(0.05, gt=0.0, description="length of a block, s")

    def realise(self, streams: Streams, link: str, start_s: float) -> Carrier:
        delay_s = self.expected_delay_s()
        if self.fading == "none":
            return Constant(self.expected_bps(), delay_s)
        return _Blocks(self, link, partial(streams.generator, "hop_fading", link), delay_s)

    def expected_bps(self) -> float:
        """Under Rayleigh fading the mean over 4096 quantiles of the gain."""
        if self.fading == "none":
            return float(self.rate_bps(np.ones(1))[0])
        return float(self.rate_bps(-np.log1p(-(np.arange(_QUANTILES) + 0.5) / _QUANTILES)).mean())

    def expected_delay_s(self) -> float:
        return self._length_m / SPEED_OF_LIGHT_MPS

    def rate_bps(self, gains: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rates in bit/s at power gains of unit mean, same shape."""
        fall_db = 10.0 * self.exponent * math.log10(self._length_m / self.reference_m)
        snr = db_to_linear(self.snr_db - fall_db - self.gap_db) * gains
        return self.band_hz * np.minimum(np.log1p(snr) / np.log(2.0), self.max_bps_per_hz)

    @property
    def _length_m(self) -> float:
        return self.reference_m if self.distance_m is None else self.distance_m


class _Blocks:
    """Constant rates in blocks [k T, (k + 1) T), drawn in tiles of 64 blocks addressed by (link, tile)."""

    def __init__(self, part: Relay, name: str, generator: partial[np.random.Generator], delay_s: float) -> None:
        self._part, self._name, self._generator, self._delay_s = part, name, generator, delay_s
        self._rates = lru_cache(1_024)(self._draw)

    def finish_s(self, start_s: float, bits: float) -> float:
        """Through the blocks, a tile at a time."""
        first = interval_of(start_s, self._part.coherence_s) // _TILE_BLOCKS
        for tile in range(first, first + _MOST_TILES):
            edges_s, flown = self._flown(tile, start_s)
            if flown[-1] >= bits:
                return self._inside(edges_s, flown, bits, tile)
            bits -= flown[-1]
        raise RunError(f"hop {self._name}: nothing gets across in {_MOST_TILES * _TILE_BLOCKS} blocks; raise snr_db")

    def bits_between(self, start_s: float, end_s: float) -> float:
        """Rates x time, summed over blocks."""
        first, last = (interval_of(t_s, self._part.coherence_s) // _TILE_BLOCKS for t_s in (start_s, end_s))
        return float(sum(self._flown(tile, start_s, end_s)[1][-1] for tile in range(first, last + 1)))

    def delay_s(self, t_s: float) -> float:
        """Distance over the speed of light."""
        return self._delay_s

    def _flown(
        self, tile: int, from_s: float, to_s: float = math.inf
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Edges of a tile's blocks within [from, to) and bits flown at each of them, both [65]."""
        blocks = tile * _TILE_BLOCKS + np.arange(_TILE_BLOCKS + 1)
        edges_s = np.clip(blocks * self._part.coherence_s, from_s, to_s)
        return edges_s, np.concatenate([[0.0], np.cumsum(self._rates(tile) * np.diff(edges_s))])

    def _inside(self, edges_s: NDArray[np.float64], flown: NDArray[np.float64], bits: float, tile: int) -> float:
        block = max(int(np.searchsorted(flown, bits, side="left")) - 1, 0)
        finish_s = edges_s[block] + (bits - flown[block]) / self._rates(tile)[block]
        return float(min(finish_s, edges_s[block + 1]))

    def _draw(self, tile: int) -> NDArray[np.float64]:
        return self._part.rate_bps(self._generator(tile).standard_exponential(_TILE_BLOCKS))
