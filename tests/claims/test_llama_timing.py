"""What the header of `llama_timing` states, reproduced without torch."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.memory import require_memory, training_memory
from wfsim.learning.workload import build_workload
from wfsim.planning.round_cost import RoundCost, round_cost
from wfsim.results.summary import summarise
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

FILE = Path(__file__).parents[2] / "scenarios" / "llama_timing.yaml"
(EXPECTED,) = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith("# Expected:")]


def stated(pattern: str) -> list[float]:
    found = re.search(pattern.replace("N", r"([\d.]+)"), EXPECTED)
    assert found, f"{EXPECTED!r} does not match {pattern!r}"
    return [float(text) for text in found.groups()]


@pytest.fixture(scope="module")
def cost() -> RoundCost:
    return round_cost(load_scenario(FILE))


def test_simulated_seconds(play) -> None:
    assert [summarise(play("llama_timing.yaml"))["simulated_s"]] == pytest.approx(stated("N simulated s"), abs=0.06)


def test_sizes_and_memory(cost) -> None:
    assert stated("N entries") == [cost.adapter_entries]
    assert stated("N MB as fp16") == [pytest.approx(cost.dense_bytes["fp16"] / 1e6, abs=0.05)]
    assert stated("N GB of memory") == [pytest.approx(cost.memory.total_bytes / 1e9, abs=0.05)]


def test_a_round_computes_and_hardly_waits_for_the_air(cost) -> None:
    assert [cost.compute_s] == pytest.approx(stated("N s of computing"), abs=0.05)
    assert [cost.upload_s] == pytest.approx(stated("N s of uploads"), abs=0.05)


def test_it_fits_and_twice_the_batch_does_not(cost) -> None:
    scenario = load_scenario(FILE, ["learning.local.batch_size=8"])
    work = build_workload(scenario.learning, Streams(1), scenario.topology.device_names())
    limit_bytes = scenario.devices.compute.memory_bytes
    require_memory(cost.memory, limit_bytes)
    with pytest.raises(ScenarioError, match="a device has 24 GB"):
        require_memory(training_memory(scenario.learning, work.encoder, work.shapes), limit_bytes)


def test_torch_is_not_needed(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it now raises ImportError
    scenario = load_scenario(FILE)
    work = build_workload(scenario.learning, Streams(1), scenario.topology.device_names())
    assert work.shapes.entries == 39_976_960
