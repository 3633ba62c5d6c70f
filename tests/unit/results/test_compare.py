from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from wfsim.errors import UsageError
from wfsim.results.compare import Comparison, Difference, compare
from wfsim.results.directory import RUNNING, Run
from wfsim.results.statistics import mean_interval

Experiment = Callable[..., list[Run]]


def placed(device: str, distance_m: float) -> dict[str, Any]:
    return {
        "type": "link_placed",
        "device": device,
        "distance_m": distance_m,
        "path_loss_db": 100.0,
        "shadowing_db": 1.0,
        "mean_snr_db": 10.0,
    }


@pytest.fixture
def experiment(tmp_path: Path, make_run: Callable[..., Run]) -> Experiment:
    """`experiment("a", {1: 0.5, 2: 0.6}, rank=4)`: a run per seed with this final accuracy, reached after seed s."""

    def make(
        name: str,
        accuracies: dict[int, float | None],
        *,
        status: str = "completed",
        moved: Sequence[int] = (),
        **keys: Any,
    ) -> list[Run]:
        return [
            make_run(
                tmp_path / f"{name}-{seed}",
                status=status,
                scenario={"name": name, "seed": seed, **keys},
                rows=[
                    {"t_s": float(seed), "accuracy": accuracy, "uplink_bits": 8, "downlink_bits": 2, "energy_j": 1.0}
                ],
                lines=[placed("d1", 50.0 if seed in moved else 20.0)],
                final_accuracy=accuracy,
            )
            for seed, accuracy in accuracies.items()
        ]

    return make


def found(comparison: Comparison, metric: str) -> Difference:
    return next(each for each in comparison.metrics if each.metric == metric)


def test_runs_are_paired_by_seed_whatever_their_order(experiment: Experiment) -> None:
    a, b = experiment("a", {1: 0.5, 2: 0.7, 3: 0.6}, rank=4), experiment("b", {3: 0.9, 1: 0.6, 2: 0.9}, rank=8)
    comparison = compare(a, b)
    accuracy = found(comparison, "final_accuracy")
    assert (accuracy.mean_a, accuracy.mean_b) == pytest.approx((0.6, 0.8))
    due = mean_interval([0.6 - 0.5, 0.9 - 0.7, 0.9 - 0.6])
    assert accuracy.difference == due
    assert comparison.seeds == [1, 2, 3]
    assert comparison.differing == {"name": ("a", "b"), "rank": (4, 8)}
    assert comparison.other_links == comparison.only_a == comparison.only_b == []


def test_seeds_without_counterpart_are_named_and_left_out(experiment: Experiment) -> None:
    comparison = compare(experiment("a", {1: 0.1, 2: 0.5}), experiment("b", {2: 0.6, 9: 0.9}))
    assert (comparison.seeds, comparison.only_a, comparison.only_b) == ([2], [1], [9])
    accuracy = found(comparison, "final_accuracy")
    assert (accuracy.mean_a, accuracy.difference.n, accuracy.difference.low) == (0.5, 1, None)


def test_costs_of_a_target_are_of_pairs_that_reach_it(experiment: Experiment) -> None:
    a, b = experiment("a", {1: 0.5, 2: 0.7, 4: 0.8}), experiment("b", {1: 0.9, 2: 0.9, 4: 0.9})
    comparison = compare(a, b, target=0.7)
    assert comparison.reached == (2, 3)
    time = found(comparison, "time_to_0.7_s")
    assert (time.mean_a, time.mean_b, time.difference.mean, time.difference.n) == (3.0, 3.0, 0.0, 2)
    assert found(comparison, "bits_to_0.7").mean_a == 10


def test_what_nobody_measured_is_left_out(experiment: Experiment) -> None:
    comparison = compare(experiment("a", {1: None}), experiment("b", {1: None}), target=0.5)
    assert not [each for each in comparison.metrics if "accuracy" in each.metric or "_to_" in each.metric]
    assert comparison.reached == (0, 0)


def test_other_links_are_noticed(experiment: Experiment) -> None:
    accuracies = {1: 0.5, 2: 0.6}
    assert compare(experiment("a", accuracies), experiment("b", accuracies, moved=[2])).other_links == [2]


def test_no_seed_in_common(experiment: Experiment) -> None:
    with pytest.raises(UsageError, match="no seed is in both: A has 1, 2, B has 3; nothing pairs"):
        compare(experiment("a", {1: 0.5, 2: 0.5}), experiment("b", {3: 0.5}))


def test_a_side_is_one_experiment(experiment: Experiment) -> None:
    mixed = [*experiment("a", {1: 0.5}, rank=4), *experiment("b", {2: 0.5}, rank=8)]
    with pytest.raises(UsageError, match="B holds several experiments, they differ in rank"):
        compare(experiment("c", {1: 0.5}), mixed)


def test_a_seed_is_in_a_side_once(experiment: Experiment) -> None:
    twice = [*experiment("a", {1: 0.5}), *experiment("b", {1: 0.5})]
    with pytest.raises(UsageError, match="A holds seed 1 twice"):
        compare(twice, experiment("c", {1: 0.5}))


def test_a_run_without_scenario_has_no_seed(tmp_path: Path, make_run: Callable[..., Run]) -> None:
    with pytest.raises(UsageError, match="no seed to pair by"):
        compare([make_run(tmp_path / "a")], [make_run(tmp_path / "b")])


def test_unfinished_runs_are_refused_unless_asked_for(experiment: Experiment) -> None:
    a, b = experiment("a", {1: 0.5}), experiment("b", {1: 0.5}, status=RUNNING)
    with pytest.raises(UsageError, match="b-1 is not completed \\(running\\)"):
        compare(a, b)
    assert compare(a, b, unfinished=True).unfinished == [str(b[0].path)]
