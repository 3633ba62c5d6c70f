"""Cells that go their own ways within a round give what one event loop gives, on any number of processes."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import wfsim
from wfsim import simulate
from wfsim.errors import Interrupted, RunError
from wfsim.results.directory import Run
from wfsim.rng import Streams
from wfsim.topology.layout import layout_of
from wfsim.world.apart import runs_apart

FILES = ("journal.jsonl", "rounds.csv", "summary.json", "log.txt")
CITY = {
    "topology.cells": 4,
    "topology.devices_per_cell": 6,
    "learning.data.examples": 480,
    "radio.link.residual_loss": 0.2,
    "stop.rounds": 3,
}
WIRE = {"kind": "wire", "rate_bps": 2e5, "delay_s": 0.01, "loss": 0.1}
SITES = [
    {"name": "north", "devices": 5, "min_distance_m": 40.0, "radio": "small", "backhaul": WIRE},
    {"name": "south", "devices": 3, "min_distance_m": 40.0, "backhaul": WIRE},
    {"name": "west", "devices": 4, "min_distance_m": 40.0, "edge": True},
]
WEAK = {"uplink_power_dbm": -60.0, "fading": "none", "link": {"kind": "shannon", "min_bps_per_hz": 0.2}}
CASES: dict[str, dict[str, Any]] = {
    "city": {},
    "bands": {"trace.bands": True, "trace.channel": True},
    "unreliable": {"radio.transport": "unreliable", "radio.link.csi_age_s": 0.02},
    "chosen": {"controller": {"kind": "random", "devices": 7}, "codec": {"kind": "soft", "keep": 2}},
    "by_latency": {"controller": {"kind": "oort", "devices": 9, "weights": "min_max_latency"}},
    "held": {"controller": {"kind": "every", "every": 2}, "codec": {"kind": "error_feedback", "inner": "top_k"}},
    "away": {"devices.availability": {"kind": "bernoulli", "probability": 0.3, "period_s": 2.0}},
    "unicast": {"radio.downlink": {"kind": "unicast"}},
    "crowded": {"radio.background": {"kind": "on_off"}, "radio.access": "proportional_fair"},
    "sites": {"topology": {"kind": "sites", "sites": SITES}, "radios": {"small": {"bandwidth_hz": 2e6}}},
}
TOGETHER: dict[str, dict[str, Any]] = {
    "one cell": {"topology.cells": 1},
    "training": {"learning": {"kind": "lora", "data": "digits"}},
    "acknowledgements": {"codec": {"kind": "error_feedback", "on": "acked", "inner": "top_k"}},
    "a deadline": {"protocol": {"kind": "deadline", "round_s": 5.0}},
    "asynchronous": {"protocol": {"kind": "buffered", "buffer": 3}},
    "edges": {"hierarchy.edge_rounds": 2},
    "a base that moves": {"aggregator": "flora"},
    "requests that fly": {"controller": {"kind": "tsfa", "latency_budget_s": 2.0}, "codec": "soft"},
    "devices that fail": {"devices.failures": {"kind": "random", "mtbf_s": 6.0, "mttr_s": 0.4}},
    "a server that fails": {"server.outages": {"kind": "scheduled", "windows": [[1.0, 1.5]]}},
    "cells that hear each other": {"radio.interference": "activity"},
    "a shared way": {"topology": {"kind": "mesh"}},
}


def city(**changes: Any) -> wfsim.Scenario:
    return wfsim.load_scenario("city_100k", CITY | changes)


def is_apart(scenario: wfsim.Scenario) -> bool:
    return runs_apart(scenario, layout_of(scenario.topology.graph(Streams(scenario.seed))))


def run(scenario: wfsim.Scenario, path: Path, processes: int, **options: Any) -> dict[str, bytes]:
    simulate.run(scenario, path, resources=simulate.Resources(workers=processes), **options)
    return {name: (path / name).read_bytes() for name in FILES}


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are worth it for a few devices, and there are cores for three of them."""
    monkeypatch.setattr(simulate, "_DEVICES_WORTH_PROCESSES", 1)
    monkeypatch.setattr("wfsim.world.forked.most_processes", lambda: 3)


def records(journal: bytes) -> list[str]:
    """What the lines say, in an order of their own: at one instant cells need not take turns."""
    lines = [json.loads(line) for line in journal.splitlines()]
    return sorted(json.dumps({key: line[key] for key in line if key not in ("seq", "hash")}) for line in lines)


@pytest.mark.parametrize("case", CASES)
def test_apart_is_what_one_loop_gives(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = city(**CASES[case])
    assert is_apart(scenario)
    apart = run(scenario, tmp_path / "apart", 1)
    monkeypatch.setattr("wfsim.world.build.runs_apart", lambda *_: False)
    together = run(scenario, tmp_path / "together", 1)
    assert records(apart["journal.jsonl"]) == records(together["journal.jsonl"])
    times = [json.loads(line)["t_s"] for line in apart["journal.jsonl"].splitlines()]
    assert times == sorted(times)
    assert [apart[name] for name in FILES[1:]] == [together[name] for name in FILES[1:]]


@pytest.mark.parametrize("case", ["city", "bands", "by_latency", "away", "sites"])
@pytest.mark.usefixtures("many")
def test_the_number_of_processes_changes_nothing(case: str, tmp_path: Path) -> None:
    scenario = city(**CASES[case])
    alone, *shared = (run(scenario, tmp_path / f"{count}", count) for count in (1, 2, 3))
    assert shared == [alone, alone]
    assert [Run(tmp_path / f"{count}").manifest["processes"] for count in (1, 2, 3)] == [1, 2, 3]
    assert len({Run(tmp_path / f"{count}").manifest["events"] for count in (1, 2, 3)}) == 1


@pytest.mark.parametrize("case", TOGETHER)
def test_what_touches_stays_in_one_loop(case: str) -> None:
    assert not is_apart(city(**TOGETHER[case]))


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.usefixtures("many")
def test_a_run_that_is_stopped_and_resumed(processes: int, tmp_path: Path) -> None:
    scenario = city()
    whole = run(scenario, tmp_path / "whole", processes)
    for stop in (5, 100, 250):
        path = tmp_path / f"{stop}"
        with pytest.raises(Interrupted):
            run(scenario, path, processes, sinks=[stops_at(stop)])
        assert run(scenario, path, 3 - processes) == whole


def stops_at(seq: int) -> Callable[[dict[str, Any]], None]:
    def sink(line: dict[str, Any]) -> None:
        if line["seq"] == seq:
            raise KeyboardInterrupt

    return sink


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.usefixtures("many")
def test_a_cell_in_which_nothing_can_happen_says_so(processes: int, tmp_path: Path) -> None:
    weak = {"kind": "sites", "sites": [SITES[0] | {"radio": "weak"}, SITES[2]]}
    with pytest.raises(RunError, match="nothing can happen after t = .*north.*the rate is zero"):
        run(city(topology=weak, radios={"weak": WEAK}), tmp_path / "run", processes)
    written = (tmp_path / "run" / "journal.jsonl").read_bytes()
    assert b'"update_arrived"' in written  # of the other cell


@pytest.mark.usefixtures("many")
def test_a_process_that_dies_ends_the_run_in_one_line(tmp_path: Path) -> None:
    def kill(line: dict[str, Any]) -> None:
        if line["type"] == "round_closed" and line["round"] == 1:
            children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
            os.kill(int(children[-1]), signal.SIGKILL)

    with pytest.raises(RunError, match="a process that simulated cells died"):
        run(city(), tmp_path / "run", 2, sinks=[kill])
    whole = run(city(), tmp_path / "whole", 1)
    assert run(city(), tmp_path / "run", 2) == whole
