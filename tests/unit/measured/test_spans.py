from __future__ import annotations

import math

import pytest

from wfsim.devices.availability.measured import MeasuredAvailability
from wfsim.errors import ScenarioError
from wfsim.outages.measured import MeasuredOutages
from wfsim.rng import Streams


def outages(path, text, **fields):
    path.write_text(text)
    return MeasuredOutages(path=str(path), **fields).realise(Streams(1), "a<>b", 0.0)


def test_spans_are_half_open_and_may_overlap(tmp_path):
    downtime = outages(tmp_path / "o.csv", "from_s,to_s\n5,8\n2,6\n20,21\n")
    assert [downtime.is_down(t_s) for t_s in (0.0, 2.0, 6.5, 8.0, 20.5, 21.0, 1e9)] == [0, 1, 1, 0, 1, 0, 0]
    assert [downtime.next_change_s(t_s) for t_s in (0.0, 2.0, 8.0, 20.0, 21.0)] == [2.0, 8.0, 20.0, 21.0, math.inf]


def test_a_table_begins_anew_after_its_period(tmp_path):
    downtime = outages(tmp_path / "o.csv", "from_s,to_s\n0,1\n9,10\n", period_s=10.0)
    assert [downtime.is_down(t_s) for t_s in (0.5, 1.0, 9.0, 10.5, 11.0)] == [True, False, True, True, False]
    assert downtime.next_change_s(9.5) == 11.0


def test_states_in_a_column(tmp_path):
    text = "time_s,up\n5,0\n7,1\n9,0\n"
    held = outages(tmp_path / "o.csv", text)
    assert [held.is_down(t_s) for t_s in (0.0, 5.0, 7.0, 9.0, 1e9)] == [False, True, False, True, True]
    looped = outages(tmp_path / "o.csv", text, period_s=12.0)
    assert [looped.is_down(t_s) for t_s in (9.0, 12.0, 17.0, 19.0)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("from_s,to_s\n1,2\n5,5\n", ":3: to_s is 5, not after from_s, 5"),
        ("from_s,to_s\n-1,2\n", ":2: from_s is -1, which is below 0"),
        ("time_s,up\n1,2\n", ":2: up is 2: 0 or 1 is allowed"),
        ("time_s,up\n3,0\n1,1\n", ":3: time runs back from 3 to 1"),
        ("from_s,until\n1,2\n", ":1: has no column 'to_s' (did you mean 'from_s'?); there are: from_s, until"),
        ("from_s,to_s\n1,99\n", ": goes on to 99 s, which is beyond period_s, 50"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path, text, says):
    with pytest.raises(ScenarioError) as refused:
        outages(tmp_path / "o.csv", text, period_s=50.0)
    assert str(refused.value) == f"{tmp_path / 'o.csv'}{says}"


def test_presence_of_one_of_all_and_of_nobody(tmp_path):
    (tmp_path / "p.csv").write_text("device,from_s,to_s\na,1,5\n*,4,6\nb,10,12\n")
    presence = MeasuredAvailability(path=str(tmp_path / "p.csv"))
    there = {d: [presence.is_available(Streams(1), d, t) for t in (0.0, 2.0, 5.5, 11.0)] for d in ("a", "b", "c")}
    assert there == {"a": [0, 1, 1, 0], "b": [0, 0, 1, 1], "c": [0, 0, 1, 0]}
    assert [presence.next_change_s(t_s) for t_s in (0.0, 1.0, 4.0, 6.0, 12.0)] == [1.0, 4.0, 6.0, 10.0, math.inf]


def test_an_unknown_device_is_refused(tmp_path):
    (tmp_path / "p.csv").write_text("device,from_s,to_s\n*,0,5\nd0001,1,5\n")
    presence = MeasuredAvailability(path=str(tmp_path / "p.csv"))
    presence.check(("d0001",))
    with pytest.raises(
        ScenarioError, match=r"p\.csv:3: names the device 'd0001', which is none \(did you mean 'd0011'"
    ):
        presence.check(("d0011",))
