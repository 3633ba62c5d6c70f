"""What a cell's links can carry over time: large-scale SNR, fading, and the rate that old knowledge chose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.intervals import interval_of
from wfsim.radio.fading import FadingPaths
from wfsim.radio.gain_cache import GainCache
from wfsim.radio.link import Link
from wfsim.units import db_to_linear

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_SLIVER = 1e-9  # pieces shorter than this share of a block are merged: they are rounding, not channel


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """Consecutive stretches of time in which no gain and no channel knowledge changes.

    `edges_s` [m + 1]; `blocks` and `csi_blocks` [m]: the coherence block each piece lies in, and the block that the
    transmitter knew then.
    """

    edges_s: Array
    blocks: Indices
    csi_blocks: Indices


class Channel:
    """The links of one cell in one direction. Gains are reciprocal: uplink and downlink fade together.

    `snr_hz` [links] is received power over noise density, P g / N0 in Hz, fading excluded. With `power_band_hz` None
    every transfer has a transmitter of its own (uplink): a share of b Hz sees a mean SNR of snr_hz / b. Otherwise all
    share one whose power is spread evenly over that band (downlink): any share sees snr_hz / power_band_hz.
    Interference divides every SNR by the link's `noise_rise`.
    """

    def __init__(
        self, names: Sequence[str], snr_hz: Array, paths: FadingPaths, link: Link, *, power_band_hz: float | None = None
    ) -> None:
        self.names = tuple(names)
        self.snr_hz = snr_hz
        self.power_band_hz = power_band_hz
        self.paths = paths
        self.link = link
        self.noise_rise = np.ones(len(snr_hz))
        self._heard_hz = snr_hz
        self._coherence_s = paths.coherence_s or 0.0
        self._back_off = float(db_to_linear(-link.margin_db))
        self._cache = GainCache(paths, len(snr_hz), spans=2 if self.errs else 1)

    def set_noise_rise(self, rise: Array) -> None:
        """Interference has raised the noise of every link [links] by these linear factors >= 1."""
        self.noise_rise, self._heard_hz = rise, self.snr_hz / rise

    @property
    def errs(self) -> bool:
        """Whether transmitters know the channel of some time ago, so that packets meet outages."""
        return self.link.csi_age_s > 0.0

    @property
    def sliver_s(self) -> float:
        """What is shorter, at the edge of a coherence block, is rounding; zero without fading."""
        return _SLIVER * self._coherence_s

    @property
    def is_told_by_blocks(self) -> bool:
        """Whether gains of the present coherence block, which the transmitter knows, say all."""
        return self.paths.coherence_s is not None and self.link.csi_age_s == 0.0

    def block_at(self, t_s: float) -> tuple[int, float]:
        """The coherence block at a time, and when it ends, s. Not where nothing fades."""
        block = interval_of(t_s + self.sliver_s, self._coherence_s)
        return block, (block + 1) * self._coherence_s

    def blocks_until(self, wait_s: float) -> float:
        """How many coherence blocks from any time cover the next `wait_s`; infinity without fading or an end."""
        coherence_s = self.paths.coherence_s
        return math.inf if coherence_s is None or math.isinf(wait_s) else math.ceil(wait_s / coherence_s) + 1

    def known_gains(self, links: Indices, t_s: float) -> Array:
        """Fading power gains [links] as known at a time: those of `csi_age_s` before."""
        coherence_s = self.paths.coherence_s
        if coherence_s is None:
            return np.ones(len(links))
        block = interval_of(t_s - self.link.csi_age_s + _SLIVER * coherence_s, coherence_s)
        return self.paths.block_gains(links, block, 1)[:, 0]

    def pieces(self, start_s: float, blocks: int) -> Pieces:
        """The pieces from `start_s` over the next `blocks` coherence blocks; one endless piece when nothing fades."""
        coherence_s = self.paths.coherence_s
        if coherence_s is None:
            nothing = np.zeros(1, dtype=np.int64)
            return Pieces(edges_s=np.array([start_s, np.inf]), blocks=nothing, csi_blocks=nothing)
        if self.link.csi_age_s == 0.0:
            return self._whole_blocks(start_s, blocks, coherence_s)
        edges_s = self._edges_s(start_s, blocks, coherence_s)
        middles_s = 0.5 * (edges_s[:-1] + edges_s[1:])
        return Pieces(
            edges_s=edges_s,
            blocks=np.floor(middles_s / coherence_s).astype(np.int64),
            csi_blocks=np.floor((middles_s - self.link.csi_age_s) / coherence_s).astype(np.int64),
        )

    def _whole_blocks(self, start_s: float, blocks: int, coherence_s: float) -> Pieces:
        first, end_s = self.block_at(start_s)
        if blocks == 1:
            own = np.array([first])
            return Pieces(edges_s=np.array([start_s, end_s]), blocks=own, csi_blocks=own)
        own = np.arange(first, first + blocks + 1)
        edges_s = own * coherence_s
        edges_s[0] = start_s
        return Pieces(edges_s=edges_s, blocks=own[:-1], csi_blocks=own[:-1])

    def _edges_s(self, start_s: float, blocks: int, coherence_s: float) -> Array:
        first = interval_of(start_s + _SLIVER * coherence_s, coherence_s)
        own_s = np.arange(first + 1, first + blocks + 1) * coherence_s
        age_s = self.link.csi_age_s % coherence_s
        inner_s = np.union1d(own_s, own_s - coherence_s + age_s) if age_s else own_s
        inner_s = inner_s[inner_s > start_s + _SLIVER * coherence_s]
        edges_s = np.concatenate([[start_s], inner_s])
        return edges_s[np.concatenate([[True], np.diff(edges_s) > _SLIVER * coherence_s])]

    def heard_hz(self, links: Indices) -> Array:
        """Mean received power over noise and interference density [links], Hz."""
        return self._heard_hz[links]

    def gains(self, links: Indices, blocks: Indices) -> Array:
        """Fading power gains [links, blocks] of coherence blocks in rising order."""
        if self.paths.coherence_s is None:
            return np.ones((len(links), len(blocks)))
        first, last = int(blocks[0]), int(blocks[-1])
        gains = self._cache.gains(links, first, last - first + 1)
        return gains if len(blocks) == last - first + 1 else gains[:, blocks - first]

    def chosen(self, links: Indices, band_hz: Array, pieces: Pieces) -> Array:
        """Spectral efficiency [links, pieces] that the transmitter picks from its knowledge, less the margin."""
        known_snr = self._snr(links, band_hz, self.gains(links, pieces.csi_blocks))
        return self.link.efficiency(known_snr * self._back_off if self._back_off < 1.0 else known_snr)

    def chosen_in_block(self, links: Indices, band_hz: Array, block: int) -> Array:
        """As `chosen` in one coherence block of which the transmitter knows the gains, [links]."""
        power_band_hz = band_hz if self.power_band_hz is None else self.power_band_hz
        snr = self._heard_hz[links] * self._cache.block_gains(links, block) / power_band_hz
        return self.link.efficiency(snr * self._back_off if self._back_off < 1.0 else snr)

    def supported(self, links: Indices, band_hz: Array, pieces: Pieces) -> Array:
        """Spectral efficiency [links, pieces] that the channel really carries: packets above it are lost."""
        return self.link.efficiency(self._snr(links, band_hz, self.gains(links, pieces.blocks)))

    def outage(self, links: Indices, band_hz: Array, pieces: Pieces, efficiency: Array) -> NDArray[np.bool_]:
        """Where the channel does not carry `efficiency` [links, pieces], which is at most what was chosen.

        Knowledge without age never errs, since the margin only lowers the rate.
        """
        if not self.errs:
            return np.zeros(efficiency.shape, dtype=bool)
        return efficiency > self.supported(links, band_hz, pieces)

    def next_change_s(self, t_s: float) -> float:
        """The first time after `t_s` at which a link changes for another reason than its fading; infinity if none."""
        return math.inf

    def efficiency_at(self, link: int, band_hz: float, t_s: float, *, chosen: bool) -> float | None:
        """What is `chosen` at a time, or else carried, on a link that is not told by its gain; None for one that is."""
        return None

    def _snr(self, links: Indices, band_hz: Array, gains: Array) -> Array:
        power_band_hz = band_hz[:, None] if self.power_band_hz is None else self.power_band_hz
        return self._heard_hz[links][:, None] * gains / power_band_hz
