"""Devices that come and go as they were logged."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from pydantic import Field

from wfsim.devices.availability import Availability
from wfsim.errors import nearest
from wfsim.local_path import LocalFile
from wfsim.measured.files import refused
from wfsim.measured.series import Series
from wfsim.measured.spans import Spans, inside, spans_of
from wfsim.measured.table import FIRST_ROW, read_table
from wfsim.rng import Streams

DEVICE, EVERYONE = "device", "*"
_NOBODY = ""


class MeasuredAvailability(Availability, kind="measured"):
    """Presence from a CSV table: each row a device, or `*` for every device, that is there in [from_s, to_s).

    Times are simulated ones. Spans may overlap; a device that no row names is never there. Raises ScenarioError with
    the line that is wrong.
    """

    path: LocalFile = Field(description="CSV table with device, from_s and to_s", examples=["./presence.csv"])
    period_s: float | None = Field(
        None, gt=0.0, description="the table begins anew after this, s; null: after its end nobody is there"
    )

    def check(self, devices: Sequence[str]) -> None:
        """Raises ScenarioError for a table that is wrong, or a row that names none of these devices."""
        table = read_table(self.path)
        for line, name in enumerate(table.texts(DEVICE), start=FIRST_ROW):
            if name != EVERYONE and name not in devices:
                raise refused(table.file, f"names the device {name!r}, which is none{nearest(name, devices)}", line)
        self._read()

    def is_available(self, streams: Streams, device: str, t_s: float) -> bool:
        return self._presence.get(device, self._presence[_NOBODY]).value_at(t_s) > 0.0

    def next_change_s(self, t_s: float) -> float:
        return min(series.next_change_s(t_s) for series in self._presence.values())

    @cached_property
    def _presence(self) -> dict[str, Series]:
        return self._read()

    def _read(self) -> dict[str, Series]:
        """The presence of each device that a row names, and of those that none names."""
        table = read_table(self.path)
        spans, names = spans_of(table), np.array(table.texts(DEVICE))
        found = {}
        for name in [_NOBODY, *np.unique(names[names != EVERYONE]).tolist()]:
            rows = (names == name) | (names == EVERYONE)
            found[name] = inside(table, Spans(spans.from_s[rows], spans.to_s[rows]), self.period_s)
        return found
