"""A hop whose rate was measured."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field

from wfsim.local_path import LocalFile
from wfsim.measured.mahimahi import read_mahimahi
from wfsim.measured.npz import read_npz
from wfsim.measured.rate_units import BPS, RateUnit
from wfsim.measured.recording import Recording, sampled
from wfsim.measured.series import AtEnd, Series
from wfsim.measured.table import read_table
from wfsim.rng import Streams
from wfsim.wired import Carrier, Hop


class MeasuredHop(Hop, kind="measured"):
    """The rate follows a file: a Mahimahi trace, a CSV table or an npz archive with `time_s` and `rate_bps`.

    Each link begins in the file at `offset_s`. A value of a table holds until the next row. Raises ScenarioError with
    the line that is wrong.
    """

    path: LocalFile = Field(description="file of the measured rate", examples=["./backhaul.csv"])
    format: Literal["mahimahi", "csv", "npz"] = Field("csv", description="what the file is")
    time_column: str = Field("time_s", description="csv: column of the times: s, ISO 8601, or what `date` prints")
    rate_column: str = Field("rate_bps", description="csv: column of the rates")
    rate_unit: RateUnit = Field("bit/s", description="csv: unit of the rates")
    at_end: AtEnd = Field(
        "loop", description="what comes after the file's end: it begins anew, or its last value holds"
    )
    offset_s: float = Field(0.0, ge=0.0, description="where in the file the run begins, s")
    delay_s: float = Field(0.0, ge=0.0, description="propagation delay, s")

    def realise(self, streams: Streams, link: str, start_s: float) -> Carrier:
        return _Followed(self._recording.series(self.at_end, self.offset_s), self.delay_s)

    def expected_bps(self) -> float:
        return self._recording.series().mean

    def expected_delay_s(self) -> float:
        return self.delay_s

    @cached_property
    def _recording(self) -> Recording:
        if self.format == "mahimahi":
            return read_mahimahi(self.path)
        if self.format == "npz":
            return read_npz(self.path, "rate_bps", least=0.0)
        table = read_table(self.path)
        rates = table.numbers(self.rate_column, least=0.0) * BPS[self.rate_unit]
        return sampled(table.times_s(self.time_column), rates)


class _Followed:
    """The rate of a series and a constant delay."""

    def __init__(self, series: Series, delay_s: float) -> None:
        self._series, self._delay_s = series, delay_s

    def finish_s(self, start_s: float, bits: float) -> float:
        """When the series' integral has reached the bits."""
        return self._series.finish_s(start_s, bits)

    def bits_between(self, start_s: float, end_s: float) -> float:
        """The series' integral."""
        return self._series.integral(start_s, end_s)

    def delay_s(self, t_s: float) -> float:
        """The delay."""
        return self._delay_s
