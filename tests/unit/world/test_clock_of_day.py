"""Rules that go by the clock read the scenario's `start_time`, through YAML."""

from __future__ import annotations

import pytest

DAY = "devices.availability={kind: diurnal, mean: 0.5, swing: 0.5, peak_s: 0, period_s: 60}"


@pytest.mark.parametrize(("start", "there"), [("00:00", 20), ("12:00", 0)])
def test_everybody_is_there_at_the_peak_and_nobody_half_a_day_later(play, start: str, there: int) -> None:
    lines = play("quickstart.yaml", ["learning.kind=none", "stop.time_s=1", DAY, f"start_time='{start}'"])
    cohorts = [len(line["cohort"]) for line in lines if line["type"] == "round_started"]
    assert (cohorts[0] if cohorts else 0) == there
    assert any(line["type"] == "nobody_available" for line in lines) == (there == 0)
