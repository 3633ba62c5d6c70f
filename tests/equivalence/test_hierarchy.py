"""Edges that forward everything are no edges; edges that average spare the backhaul what paper says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wfsim.results.verify import verify
from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute
from wfsim.world.world import World

Line = dict[str, Any]
Play = Callable[..., tuple[World, list[Line]]]

WIRE = {"kind": "wire", "rate_bps": 1e6, "delay_s": 0.1}


def _play(edges: bool, *, learning: dict[str, Any] | None = None, **fields: Any) -> tuple[World, list[Line]]:
    """Two sites of two devices on digits."""
    lines: list[Line] = []
    sites = [{"name": name, "devices": 2, "backhaul": WIRE, "edge": edges} for name in ("a", "b")]
    scenario = Scenario.model_validate(
        {
            "topology": {"kind": "sites", "sites": sites},
            "radio": {"path_loss": {"kind": "log_distance"}},
            "stop": {"rounds": 1},
            "learning": {"data": "digits", **(learning or {})},
            **fields,
        }
    )
    world = build_world(scenario, Journal([lines.append]))
    execute(world)
    return world, lines


def _adapter(world: World) -> np.ndarray:
    return world.federation.current.vector()


@pytest.fixture(scope="module")
def flat() -> np.ndarray:
    return _adapter(_play(False)[0])


def test_edges_that_forward_everything_change_no_bit_of_the_adapter(flat: np.ndarray) -> None:
    """One more hop, so the times differ; what is learned does not."""
    world, lines = _play(True)
    assert any(line["type"] == "hop_ended" and line["link"] == "a-edge>cloud" for line in lines)
    assert (_adapter(world) == flat).all()


def test_one_round_at_the_edge_is_the_mean_of_means(flat: np.ndarray) -> None:
    """With one edge round, weights are examples and so is the mean over edges: the same up to rounding."""
    world, lines = _play(True, hierarchy={"edge_rounds": 1})
    assert np.allclose(_adapter(world), flat, atol=1e-6) and not (_adapter(world) == flat).all()
    assert [line["arrived"] for line in lines if line["type"] == "round_closed"] == [2]


def test_edges_spare_the_backhaul_what_paper_says() -> None:
    """k edge rounds of n devices: flat 2 k (1 model down, n updates up) per site, with edges one of each."""
    none, bits = {"kind": "none"}, {}
    for rounds in (0, 3):
        _, lines = _play(True, learning=none, hierarchy={"edge_rounds": rounds}, stop={"rounds": 1 if rounds else 3})
        hops = [line for line in lines if line["type"] == "hop_ended" and "cloud" in line["link"]]
        bits[rounds] = sum(line["delivered_bits"] for line in hops)
    _, lines = _play(True, learning=none, stop={"rounds": 1})
    update, model = (
        next(line["offered_bits"] for line in lines if line["type"] == "hop_ended" and line["purpose"] == purpose)
        for purpose in ("update", "model")
    )
    assert bits[0] == 3 * 2 * (model + 2 * update)
    assert bits[3] == 2 * (model + model)  # an edge's update is as large as the model: fp32, all entries


def test_a_hierarchical_run_is_the_same_twice() -> None:
    first, second = (_play(True, learning={"kind": "none"}, hierarchy={"edge_rounds": 2})[1] for _ in range(2))
    assert first == second


def test_a_round_waits_until_somebody_is_there_at_an_edge() -> None:
    away = {"failures": {"kind": "scheduled", "windows": [[0.0, 100.0]]}}
    _, lines = _play(True, learning={"kind": "none"}, hierarchy={"edge_rounds": 2}, devices=away)
    assert next(line["t_s"] for line in lines if line["type"] == "round_started") == 100.0


def test_an_edge_that_brings_nothing_and_a_controller_that_asks() -> None:
    """Everybody at one site is away for the whole run; edges have queues of their own."""
    away = {"failures": {"kind": "scheduled", "windows": [[0.0, 1e6]]}, "failing": ["a-d001", "a-d002"]}
    control = {"kind": "tsfa", "latency_budget_s": 5.0}
    codec = {"kind": "error_feedback", "inner": "soft"}
    fields = {"controller": control, "codec": codec, "devices": away, "hierarchy": {"edge_rounds": 1}}
    _, lines = _play(True, learning={"kind": "none"}, **fields)
    assert verify(lines) == []
    assert [line["arrived"] for line in lines if line["type"] == "round_closed"] == [1]
