from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wfsim.results.directory import Run
from wfsim.results.facts import differing, facts


def test_values_by_dotted_key(tmp_path: Path, make_run: Callable[..., Run]) -> None:
    scenario = {"seed": 1, "radio": {"link": {"kind": "shannon"}}, "betas": [0.9, 0.99], "parts": [], "stop": None}
    assert facts(make_run(tmp_path / "a", scenario=scenario)) == {
        "seed": 1,
        "radio.link.kind": "shannon",
        "betas.0": 0.9,
        "betas.1": 0.99,
        "parts": [],
        "stop": None,
    }


def test_a_run_without_scenario_has_no_facts(tmp_path: Path, make_run: Callable[..., Run]) -> None:
    assert facts(make_run(tmp_path / "a")) == {}


def test_keys_differ_by_value_or_by_being_there() -> None:
    a, b = {"same": 1, "x": 1, "only": None}, {"same": 1, "x": 2, "late": 3}
    assert differing([a, b]) == ["x", "only", "late"]
    assert differing([a]) == [] == differing([])


def test_one_and_true_are_different() -> None:
    assert differing([{"x": 1}, {"x": True}]) == ["x"]
