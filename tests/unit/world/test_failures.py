"""Devices and the server fail, and come back: times by hand."""

from __future__ import annotations

from typing import Any

import pytest

from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

Line = dict[str, Any]

AIR = {  # 10 Mbit/s for everybody, whatever the distance
    "bandwidth_hz": 1e6,
    "path_loss": "none",
    "shadowing": "none",
    "fading": "none",
    "link": {"kind": "shannon", "max_bps_per_hz": 10.0},
    "access": "dedicated",
    "packets": {"header_bytes": 0},
}
COMPUTE = {"kind": "flops", "flops_per_s": {"kind": "constant", "value": 1e12}, "jitter": 0.0}


def _play(**fields: Any) -> list[Line]:
    lines: list[Line] = []
    devices = {"compute": COMPUTE, **fields.pop("devices", {})}
    scenario = Scenario.model_validate(
        {
            "topology": {"kind": "cell", "devices": 2},
            "radio": AIR,
            "stop": {"rounds": 3},
            "devices": devices,
            "learning": {"kind": "none", "data": "digits"},
            **fields,
        }
    )
    execute(build_world(scenario, Journal([lines.append])))
    return lines


def _of(lines: list[Line], what: str, /, **having: Any) -> list[Line]:
    return [line for line in lines if line["type"] == what and having.items() <= line.items()]


def _window(start_s: float, end_s: float) -> dict[str, Any]:
    return {"kind": "scheduled", "windows": [[start_s, end_s]]}


def _crash(start_s: float, end_s: float, **more: Any) -> list[Line]:
    return _play(devices={"failures": _window(start_s, end_s), "failing": ["d00001"], **more})


def _middle_of_training_s() -> float:
    quiet = _play()
    (start,), (end,) = (_of(quiet, f"compute_{what}", device="d00001", round=2) for what in ("started", "ended"))
    return (start["t_s"] + end["t_s"]) / 2.0


def test_a_device_that_crashes_in_training_is_missed_and_comes_back() -> None:
    crash_s = _middle_of_training_s()
    lines = _crash(crash_s, crash_s + 0.01)
    (late,) = _of(lines, "device_late")
    assert (late["t_s"], late["phase"], late["fate"]) == (crash_s, "compute", "crash")
    (cut,) = _of(lines, "compute_ended", finished=False)
    assert cut["t_s"] == crash_s and cut["energy_j"] > 0.0
    assert [line["participants"] for line in _of(lines, "round_closed")] == [2, 1, 2]
    assert [line["down_s"] for line in _of(lines, "outage_ended")] == [pytest.approx(0.01)]


def test_a_device_that_restarts_begins_its_turn_again_within_the_round() -> None:
    """Others are slower than its absence: a second download at once, then its whole training."""
    crash_s = _middle_of_training_s()
    lines = _crash(crash_s, crash_s + 0.01, recovery="restart")
    assert [line["participants"] for line in _of(lines, "round_closed")] == [2, 2, 2]
    (joined,) = _of(lines, "devices_joined")
    assert joined["t_s"] == crash_s + 0.01 and joined["devices"] == ["d00001"]
    download_s = _of(lines, "run_started")[0]["download_bits"] / 10e6
    again = _of(lines, "compute_started", device="d00001", round=2)
    assert [line["t_s"] for line in again][1] == pytest.approx(joined["t_s"] + download_s, rel=1e-9)
    assert [line["transfer"] for line in _of(lines, "update_arrived", device="d00001", round=2)] == ["up/d00001/2/2"]


def test_a_device_that_is_away_longer_starts_with_the_next_round() -> None:
    crash_s = _middle_of_training_s()
    lines = _crash(crash_s, crash_s + 1000.0)
    assert [line["cohort"] for line in _of(lines, "round_started")][2] == ["d00002"]


def test_a_crash_in_the_middle_of_an_upload_brings_nothing() -> None:
    quiet = _play()
    (up,) = _of(quiet, "transfer_ended", transfer="up/d00001/1")
    crash_s = (up["start_s"] + up["t_s"]) / 2.0
    lines = _crash(crash_s, crash_s + 0.5)
    (ended,) = _of(lines, "transfer_ended", transfer="up/d00001/1")
    assert (ended["t_s"], ended["cause"], ended["outcome"]) == (crash_s, "crash", "lost")
    assert [line["phase"] for line in _of(lines, "device_late")] == ["upload"]


def test_a_download_ends_with_its_round_though_everybody_has_crashed() -> None:
    """It would share the band with the next round's."""
    (down,) = _of(_play(topology={"kind": "cell", "devices": 1}), "transfer_ended", transfer="down/1")
    crash_s = (down["start_s"] + down["t_s"]) / 2.0
    failures = _window(crash_s, crash_s + 0.01)
    lines = _play(topology={"kind": "cell", "devices": 1}, devices={"failures": failures})
    (ended,), closed = _of(lines, "transfer_ended", transfer="down/1"), _of(lines, "round_closed")
    assert ended["t_s"] == closed[0]["t_s"] == crash_s and ended["cut"]


def test_the_server_goes_on_from_its_last_stored_version() -> None:
    """It stores every second round; in the middle of the third it fails for 2 s: round 3 is lost, version 2 is not.
    The fourth round of a run without an outage begins where the outage ends in this one."""
    quiet = _play(stop={"rounds": 5})
    starts_s = [line["t_s"] for line in _of(quiet, "round_started")]
    crash_s = (starts_s[2] + starts_s[3]) / 2.0
    server = {"outages": _window(crash_s, crash_s + 2.0), "durable_every_rounds": 2}
    lines = _play(stop={"rounds": 5}, server=server)
    (restored,) = _of(lines, "server_restored")
    assert (restored["t_s"], restored["durable_version"], restored["lost_versions"]) == (crash_s + 2.0, 2, 0)
    assert [line["version"] for line in _of(lines, "round_started")] == [0, 1, 2, 3, 4]
    assert _of(lines, "round_started")[3]["t_s"] == crash_s + 2.0
    assert [line["round"] for line in _of(lines, "round_closed")] == [1, 2, 4, 5]
    assert {line["fate"] for line in _of(lines, "device_late", t_s=crash_s)} == {"server_crash"}


def test_versions_since_the_last_store_are_lost() -> None:
    quiet = _play(stop={"rounds": 4})
    starts_s = [line["t_s"] for line in _of(quiet, "round_started")]
    crash_s = (starts_s[1] + starts_s[2]) / 2.0
    lines = _play(stop={"rounds": 4}, server={"outages": _window(crash_s, crash_s + 1.0), "durable_every_rounds": 3})
    (restored,) = _of(lines, "server_restored")
    assert (restored["version"], restored["durable_version"], restored["lost_versions"]) == (2, 0, 1)


def test_the_server_fails_while_nobody_is_there() -> None:
    """Devices are away from 0.3 s to 60 s; what was not stored is lost at 30 s, when the server fails."""
    lines = _play(
        stop={"rounds": 30},
        devices={"failures": _window(0.3, 60.0)},
        server={"outages": _window(30.0, 40.0), "durable_every_rounds": 1000},
    )
    (down,) = _of(lines, "outage_started", what="server")
    (restored,) = _of(lines, "server_restored")
    assert (down["t_s"], restored["t_s"]) == (30.0, 40.0) and restored["lost_versions"] > 0


def test_a_server_that_stays_down_ends_the_run_at_its_time() -> None:
    lines = _play(stop={"rounds": None, "time_s": 20.0}, server={"outages": _window(5.0, 1e9)})
    assert (lines[-1]["reason"], lines[-1]["t_s"]) == ("time", 20.0)


def test_a_device_that_fails_again_before_it_could_restart_does_not_work() -> None:
    lines = _play(
        devices={"failures": {"kind": "scheduled", "windows": [[0.5, 3.0], [4.0, 9.0]]}, "recovery": "restart"},
        server={"outages": _window(2.0, 6.0)},
        stop={"rounds": 4},
    )
    away = ((0.5, 3.0), (4.0, 9.0))
    assert not [line for line in _of(lines, "compute_started") if any(a <= line["t_s"] < b for a, b in away)]
