"""What all kinds share that lay a file over links: which links, from where in the file, and what comes at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from pydantic import Field

from wfsim.errors import ScenarioError, nearest
from wfsim.local_path import LocalFile
from wfsim.measured.recording import Recording
from wfsim.measured.series import AtEnd, Series
from wfsim.radio.channel import Channel
from wfsim.radio.measured import Direction, MeasuredLink, Setting
from wfsim.radio.measured_channel import MeasuredChannel, MeasuredSeries, indices
from wfsim.rng import Streams
from wfsim.units import db_to_linear


class FromFile(MeasuredLink):
    """Links that follow a file; both directions the same one, unless `downlink_path` is given."""

    path: LocalFile = Field(description="file of the measured series", examples=["./uplink.txt"])
    downlink_path: LocalFile | None = Field(None, description="file of the downlink; null: `path` for both directions")
    at_end: AtEnd = Field(
        "loop", description="what comes after the file's end: it begins anew, or its last value holds"
    )
    offset_s: float = Field(
        0.0,
        ge=0.0,
        description="each device begins in the file at a random sample in [0, offset_s), alike in both directions, s",
    )
    devices: tuple[str, ...] | None = Field(None, description="names of the devices whose links follow; null: all")

    def recording(self, path: str) -> Recording:
        """The file's rates in bit/s, or SNRs or levels in dB. Raises ScenarioError for what is wrong with it."""
        raise NotImplementedError(type(self).__name__)

    def snr_over_level_db(self, direction: Direction, setting: Setting) -> float | None:
        """What added to the recording's dB is P g / N0 in dB Hz; None where it holds rates."""
        return None

    def check(self, devices: Sequence[str]) -> None:
        for device in self.devices or ():
            if device not in devices:
                raise ScenarioError(f"devices names {device!r}, which is none{nearest(device, devices)}")
        self._read()

    def channel(self, default: Channel, streams: Streams, direction: Direction, setting: Setting) -> Channel:
        links = indices(default.names, self.devices)
        if not links:
            return default
        recording, to_hz_db = self._recordings[direction], self.snr_over_level_db(direction, setting)
        if to_hz_db is not None:
            recording = replace(recording, values=db_to_linear(recording.values + to_hz_db))
        series = self._series(recording, streams, [(link, default.names[link]) for link in links])
        rates, snrs = (series, {}) if to_hz_db is None else ({}, series)
        return MeasuredChannel(
            default,
            MeasuredSeries(rates=rates, snrs=snrs, bandwidth_hz=setting.bandwidth_hz, step_s=recording.step_s),
        )

    @cached_property
    def _recordings(self) -> dict[Direction, Recording]:
        return self._read()

    def _read(self) -> dict[Direction, Recording]:
        up = self.recording(self.path)
        return {"up": up, "down": up if self.downlink_path is None else self.recording(self.downlink_path)}

    def _series(self, recording: Recording, streams: Streams, links: Sequence[tuple[int, str]]) -> Mapping[int, Series]:
        """A series per link; one for all where none is offset. Offsets are whole samples, so that changes coincide."""
        if self.offset_s == 0.0:
            return dict.fromkeys([link for link, _ in links], recording.series(self.at_end))
        return {link: recording.series(self.at_end, self._offset_s(recording, streams, name)) for link, name in links}

    def _offset_s(self, recording: Recording, streams: Streams, device: str) -> float:
        offset_s = float(streams.generator("measured_offset", device).random()) * self.offset_s
        return offset_s // recording.step_s * recording.step_s
