"""Links that follow measured series instead of distance, shadowing and fading."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.measured.series import Series
from wfsim.radio.channel import Array, Channel, Indices, Pieces

_SLIVER = 1e-9  # of a sample: what is nearer to a change than this is at it
_ULPS = 4.0
_KNOWN_OVER_S = 1.0
_FEWEST_PIECES = 64  # samples are short, and looking far ahead costs little more than looking at all


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasuredSeries:
    """What links follow, by their indices: `rates` in bit/s over the whole band, `snrs` as P g / N0 in Hz.

    `step_s` is the usual distance of samples: the blocks in which such links are counted where nothing else fades.
    """

    rates: Mapping[int, Series]
    snrs: Mapping[int, Series]
    bandwidth_hz: float
    step_s: float


class SampledPaths:
    """Gain 1 in blocks as long as a sample."""

    def __init__(self, links: int, step_s: float) -> None:
        self.coherence_s, self._links = step_s, links

    def block_gains(self, link_indices: NDArray[np.int64], first_block: int, count: int) -> Array:
        """Ones, shape [n, count]."""
        return np.ones((len(link_indices), count))

    def gain(self, t_s: Array) -> Array:
        """Ones, shape [links, m]."""
        return np.ones((self._links, len(t_s)))


class MeasuredChannel(Channel):
    """Another channel in which some links follow measured series.

    A link with a rate carries it: with a share b of the band B its b / B. That is what the link delivered, its own
    choice of rate included, so the age of channel knowledge and the margin say nothing about it. A link with an SNR has
    that instead of mean SNR and fading; its rate is chosen from the SNR `csi_age_s` ago and may fail. The others are as
    they were.
    """

    def __init__(self, default: Channel, measured: MeasuredSeries) -> None:
        followed = {*measured.rates, *measured.snrs}
        fades = default.paths.coherence_s is not None and len(followed) < len(default.names)
        paths = default.paths if fades else SampledPaths(len(default.names), measured.step_s)
        super().__init__(default.names, default.snr_hz, paths, default.link, power_band_hz=default.power_band_hz)
        self._default, self._measured, self._followed = default, measured, followed
        self._ages_s = {id(series): (series, 0.0) for series in measured.rates.values()}
        self._ages_s |= {id(series): (series, self.link.csi_age_s) for series in measured.snrs.values()}

    def set_noise_rise(self, rise: Array) -> None:
        """Interference has raised the noise of every link [links]; a measured rate is what it is."""
        super().set_noise_rise(rise)
        self._default.set_noise_rise(rise)

    @property
    def is_told_by_blocks(self) -> bool:
        """No: rates that were measured are no gains."""
        return False

    def blocks_until(self, wait_s: float) -> float:
        """Infinity: changes come at any time."""
        return math.inf

    def known_gains(self, links: Indices, t_s: float) -> Array:
        """Gains as known: of an SNR that is measured, over the mean one; of a rate, from the SNR at which Shannon's
        bound is the mean rate of the second before.
        """
        known = self._default.known_gains(links, t_s)[:, None]
        return self._over(known, links, np.array([t_s - self.link.csi_age_s]))[:, 0]

    def gains(self, links: Indices, blocks: Indices) -> Array:
        """The same for measured links, at the beginnings of blocks; otherwise fading gains."""
        return self._over(super().gains(links, blocks), links, blocks * (self.paths.coherence_s or 0.0))

    def _over(self, gains: Array, links: Indices, times_s: Array) -> Array:
        """Gains [links, times] in which those of measured links are what was measured."""
        gains = gains.copy()  # what is known of the others is remembered
        for row, link in enumerate(links.tolist()):
            if link in self._followed:
                gains[row] = self._snrs_hz(link, times_s) / self.snr_hz[link]
        return gains

    def _snrs_hz(self, link: int, times_s: Array) -> Array:
        if link in self._measured.snrs:
            return self._measured.snrs[link].values_at(times_s)
        seconds_s = np.stack([times_s - _KNOWN_OVER_S, times_s], axis=1).ravel()
        rates_bps = self._measured.rates[link].integrals(seconds_s)[::2] / _KNOWN_OVER_S
        band_hz = self._measured.bandwidth_hz
        return np.expm1(rates_bps / band_hz * np.log(2.0)) * band_hz

    def pieces(self, start_s: float, blocks: int) -> Pieces:
        """About so many pieces, in which no measured value changes either."""
        blocks = max(blocks, _FEWEST_PIECES)
        edges_s = super().pieces(start_s, blocks).edges_s
        end_s = min(float(edges_s[-1]), start_s + blocks * self._measured.step_s)
        edges_s = np.union1d(np.minimum(edges_s, end_s), self._changes_s(start_s, end_s))
        edges_s = edges_s[edges_s > start_s + self.sliver_s][:blocks]
        edges_s = np.concatenate([[start_s], edges_s])
        edges_s = edges_s[np.append(True, np.diff(edges_s) > self.sliver_s)]
        middles_s, coherence_s = 0.5 * (edges_s[:-1] + edges_s[1:]), self.paths.coherence_s or math.inf
        return Pieces(
            edges_s=edges_s,
            blocks=np.floor(middles_s / coherence_s).astype(np.int64),
            csi_blocks=np.floor((middles_s - self.link.csi_age_s) / coherence_s).astype(np.int64),
        )

    def _changes_s(self, start_s: float, end_s: float) -> Array:
        """When a series, or what is known of it, changes in (start, end]."""
        own = [series.changes_s(start_s, end_s) for series, _ in self._ages_s.values()]
        aged = [s.changes_s(start_s - age_s, end_s - age_s) + age_s for s, age_s in self._ages_s.values() if age_s]
        return np.concatenate([*own, *aged])

    def chosen(self, links: Indices, band_hz: Array, pieces: Pieces) -> Array:
        """Spectral efficiency [links, pieces] that the transmitter picks."""
        return self._evaluated(self._default.chosen, links, band_hz, pieces, self.link.csi_age_s, self._back_off)

    def supported(self, links: Indices, band_hz: Array, pieces: Pieces) -> Array:
        """Spectral efficiency [links, pieces] that the channel carries."""
        return self._evaluated(self._default.supported, links, band_hz, pieces, 0.0, 1.0)

    def _evaluated(
        self,
        default: Callable[[Indices, Array, Pieces], Array],
        links: Indices,
        band_hz: Array,
        pieces: Pieces,
        age_s: float,
        back_off: float,
    ) -> Array:
        found = np.empty((len(links), len(pieces.blocks)))
        free = [row for row, link in enumerate(links.tolist()) if link not in self._followed]
        if free:
            found[free] = default(links[free], band_hz[free], pieces)
        for row, link in enumerate(links.tolist()):
            if link in self._measured.rates:
                found[row] = self._mean_rate(self._measured.rates[link], pieces) / self._measured.bandwidth_hz
            elif link in self._measured.snrs:
                middles_s = 0.5 * (pieces.edges_s[:-1] + pieces.edges_s[1:])
                snr_hz = self._measured.snrs[link].values_at(middles_s - age_s) / self.noise_rise[link]
                found[row] = self.link.efficiency(snr_hz / self._power_band_hz(float(band_hz[row])) * back_off)
        return found

    def _mean_rate(self, series: Series, pieces: Pieces) -> Array:
        """Bits over length, so that whole samples carry their bits to the last one however their edges are rounded."""
        within_s = np.maximum(self.sliver_s, _ULPS * np.spacing(pieces.edges_s))
        return series.integrals(pieces.edges_s, within_s) / np.diff(pieces.edges_s)

    def _power_band_hz(self, band_hz: float) -> float:
        return band_hz if self.power_band_hz is None else self.power_band_hz

    def next_change_s(self, t_s: float) -> float:
        """The first change of a series, or of what is known of it, after a time."""
        later = [_after(series, t_s, age_s) for series, own_s in self._ages_s.values() for age_s in {0.0, own_s}]
        return min(later, default=math.inf)

    def efficiency_at(self, link: int, band_hz: float, t_s: float, *, chosen: bool) -> float | None:
        """What a measured link carries at a time, or what is chosen then; None for another link."""
        if link in self._measured.rates:
            return self._measured.rates[link].value_at(t_s) / self._measured.bandwidth_hz
        if link not in self._measured.snrs:
            return None
        age_s, back_off = (self.link.csi_age_s, self._back_off) if chosen else (0.0, 1.0)
        snr_hz = self._measured.snrs[link].value_at(t_s - age_s) / self.noise_rise[link]
        return float(self.link.efficiency(np.array([snr_hz / self._power_band_hz(band_hz) * back_off]))[0])


def _after(series: Series, t_s: float, age_s: float) -> float:
    """The first change after t - age, an age later; later than `t_s` whatever rounding says."""
    return max(series.next_change_s(t_s - age_s) + age_s, math.nextafter(t_s, math.inf))


def indices(names: Sequence[str], wanted: Sequence[str] | None) -> list[int]:
    """The places of the wanted names, those that are there; of all where nothing is said."""
    return [index for index, name in enumerate(names) if wanted is None or name in wanted]
