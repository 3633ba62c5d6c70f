"""Spans of time [from, to) in tables: outages, hours of presence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.measured.files import refused
from wfsim.measured.recording import merged, sampled
from wfsim.measured.series import Series
from wfsim.measured.table import FIRST_ROW, Table

FROM, TO, TIME, UP = "from_s", "to_s", "time_s", "up"


class Spans(NamedTuple):
    """Begins and ends [rows], s."""

    from_s: NDArray[np.float64]
    to_s: NDArray[np.float64]


def spans_of(table: Table) -> Spans:
    """The columns from_s and to_s. Raises ScenarioError with the line of a span that does not end after its begin."""
    spans = Spans(table.numbers(FROM, least=0.0), table.numbers(TO, least=0.0))
    for row in np.flatnonzero(spans.to_s <= spans.from_s).tolist():
        raise refused(
            table.file, f"{TO} is {spans.to_s[row]:g}, not after {FROM}, {spans.from_s[row]:g}", FIRST_ROW + row
        )
    return spans


def inside(table: Table, spans: Spans, period_s: float | None) -> Series:
    """1 within any of the spans, else 0; anew every `period_s`, if that is given. Time is simulated time."""
    last_s = float(spans.to_s.max(initial=0.0))
    _check_period(table, last_s, period_s)
    end_s = last_s + 1.0 if period_s is None else period_s
    edges_s = np.unique(np.concatenate([[0.0], *spans, [end_s]]))
    begun = np.searchsorted(np.sort(spans.from_s), edges_s[:-1], side="right")
    ended = np.searchsorted(np.sort(spans.to_s), edges_s[:-1], side="right")
    return merged(edges_s, (begun > ended).astype(float), end_s).series("hold" if period_s is None else "loop")


def down(table: Table, period_s: float | None) -> Series:
    """1 where the columns time_s and up (0 or 1) say down, else 0; up before the first row."""
    times_s, up = table.numbers(TIME, least=0.0), table.numbers(UP)
    for row in np.flatnonzero(np.append(False, np.diff(times_s) < 0.0)).tolist():
        raise refused(table.file, f"time runs back from {times_s[row - 1]:g} to {times_s[row]:g}", FIRST_ROW + row)
    for row in np.flatnonzero((up != 0.0) & (up != 1.0)).tolist():
        raise refused(table.file, f"{UP} is {up[row]:g}: 0 or 1 is allowed", FIRST_ROW + row)
    _check_period(table, float(np.nextafter(times_s[-1], np.inf)), period_s)
    recording = sampled(np.append(0.0, times_s), np.append(0.0, 1.0 - up))
    if period_s is None:
        return recording.series("hold")
    begins_s = recording.edges_s[:-1]
    return merged(np.append(begins_s, period_s), recording.values, period_s).series("loop")


def _check_period(table: Table, last_s: float, period_s: float | None) -> None:
    if period_s is not None and last_s > period_s:
        raise refused(table.file, f"goes on to {last_s:g} s, which is beyond period_s, {period_s:g}")
