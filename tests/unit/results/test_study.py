"""Experiments against a baseline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wfsim.errors import UsageError
from wfsim.results.directory import Run
from wfsim.results.experiments import experiments, labels
from wfsim.results.statistics import mean_interval
from wfsim.results.study import COLUMNS, study


@pytest.fixture
def make(tmp_path: Path, make_run: Callable[..., Run]) -> Callable[..., list[Run]]:
    """`make("dense", {1: 0.5, 2: 0.6}, rank=4)`: a run per seed, its accuracy reached after `seed` seconds."""

    def runs(name: str, accuracies: dict[int, float], **keys: Any) -> list[Run]:
        return [
            make_run(
                tmp_path / f"{name}-{'-'.join(map(str, keys.values()))}-{seed}",
                scenario={"name": name, "seed": seed, **keys},
                rows=[{"t_s": float(seed), "accuracy": value, "uplink_bits": 8, "downlink_bits": 2, "energy_j": 1.0}],
                final_accuracy=value,
            )
            for seed, value in accuracies.items()
        ]

    return runs


def test_every_experiment_is_paired_with_the_baseline_at_the_seeds_they_share(make) -> None:
    runs = [*make("soft", {1: 0.6, 2: 0.9, 3: 0.8}), *make("dense", {1: 0.5, 2: 0.7}), *make("topk", {2: 0.6, 3: 0.1})]
    found = study(runs, "dense")
    assert list(found.comparisons) == ["dense", "soft", "topk"]
    assert [each.seeds for each in found.comparisons.values()] == [[1, 2], [1, 2], [2]]
    rows = {row["experiment"]: row for row in found.rows() if row["metric"] == "final_accuracy"}
    due = mean_interval([0.6 - 0.5, 0.9 - 0.7])
    soft = rows["soft"]
    assert (soft["difference"], soft["low"], soft["high"]) == pytest.approx((due.mean, due.low, due.high))
    assert (soft["mean"], soft["baseline_mean"], soft["pairs"], soft["seeds"]) == (0.75, 0.6, 2, 2)
    assert (rows["topk"]["low"], rows["dense"]["difference"]) == (None, 0.0)
    assert all(tuple(row) == COLUMNS for row in rows.values())


def test_costs_of_a_target_and_who_reached_it(make) -> None:
    runs = [*make("dense", {1: 0.5, 2: 0.7, 4: 0.7}), *make("soft", {1: 0.7, 2: 0.7, 4: 0.1})]
    rows = {(row["experiment"], row["metric"]): row for row in study(runs, "dense", target=0.7).rows()}
    assert (rows["dense", "time_to_0.7_s"]["mean"], rows["dense", "time_to_0.7_s"]["pairs"]) == (3.0, 2)
    assert (rows["soft", "time_to_0.7_s"]["mean"], rows["soft", "time_to_0.7_s"]["pairs"]) == (2.0, 1)
    assert rows["soft", "bits_to_0.7"]["mean"] == 10
    assert (rows["soft", "rounds"]["reached"], rows["soft", "rounds"]["seeds"]) == (2, 3)


def test_a_baseline_may_be_given_by_its_runs_or_its_label(make) -> None:
    four, eight = make("dense", {1: 0.5}, rank=4), make("dense", {1: 0.6}, rank=8)
    assert study([*four, *eight], eight).baseline == "dense: rank=8"
    assert study([*four, *eight], "dense: rank=4").baseline == "dense: rank=4"


def test_a_baseline_is_one_experiment(make) -> None:
    runs = [*make("dense", {1: 0.5}, rank=4), *make("dense", {1: 0.6}, rank=8)]
    with pytest.raises(UsageError, match="the baseline 'dense' is 2 experiments: dense: rank=4; dense: rank=8"):
        study(runs, "dense")
    with pytest.raises(UsageError, match="the baseline is 2 experiments"):
        study(runs, runs)
    with pytest.raises(UsageError, match="the baseline 'x' is no experiment here; there are dense: rank=4"):
        study(runs, "x")


def test_labels_hold_only_what_tells_apart(make) -> None:
    runs = [
        *make("a", {1: 0.5}, kind="x", rank=4, twice=8),
        *make("a", {1: 0.5}, kind="x", rank=8, twice=16),
        *make("b", {1: 0.5}, kind="y", rank=4),
    ]
    assert labels(experiments(runs)) == ["a: rank=4", "a: rank=8", "b"]
