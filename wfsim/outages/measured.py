"""Outages as they were logged."""

from __future__ import annotations

from functools import cached_property

from pydantic import Field

from wfsim.local_path import LocalFile
from wfsim.measured.series import Series
from wfsim.measured.spans import FROM, down, inside, spans_of
from wfsim.measured.table import read_table
from wfsim.outages import Downtime, Outages
from wfsim.rng import Streams


class MeasuredOutages(Outages, kind="measured"):
    """Outages from a CSV table: spans [from_s, to_s), or the states from `time_s` on in a column `up` of 0 and 1.

    Times are simulated ones, t = 0 the begin of the run. Spans may overlap. Everything that names the table is down at
    the same times. Raises ScenarioError with the line that is wrong.
    """

    path: LocalFile = Field(description="CSV table", examples=["./outages.csv"])
    period_s: float | None = Field(
        None, gt=0.0, description="the table begins anew after this, s; null: after its end, its last state holds"
    )

    def realise(self, streams: Streams, element: str, start_s: float) -> Downtime:
        return _Logged(self._series)

    @cached_property
    def _series(self) -> Series:
        table = read_table(self.path)
        if FROM in table.columns:
            return inside(table, spans_of(table), self.period_s)
        return down(table, self.period_s)


class _Logged:
    """Down where the series is 1."""

    def __init__(self, series: Series) -> None:
        self._series = series

    def is_down(self, t_s: float) -> bool:
        """Whether the series is 1 at a time."""
        return self._series.value_at(t_s) > 0.0

    def next_change_s(self, t_s: float) -> float:
        """The next edge of the series."""
        return self._series.next_change_s(t_s)
