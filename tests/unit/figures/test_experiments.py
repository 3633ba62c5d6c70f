"""Which runs are repetitions, and their names in legends."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfsim.errors import UsageError
from wfsim.figures._names import labels_of
from wfsim.figures.convergence import convergence
from wfsim.results.directory import write_json
from wfsim.results.experiments import experiments

FP16 = "codec: {kind: dense, values: fp16}\nprotocol: {kind: synchronous}\n"
FP32 = FP16.replace("fp16", "fp32")
DEADLINE = FP16.replace("{kind: synchronous}", "{kind: deadline, round_s: 4.0}")


def _labels(make_run, *scenarios: str) -> list[str]:
    runs = [make_run("a", 1, [0.5], scenario=text, folder=f"run{number}") for number, text in enumerate(scenarios)]
    return labels_of(experiments(runs))


def test_seeds_and_chunks_make_no_other_experiment(make_run) -> None:
    engines = ["chunk_jobs: 5, chunk_workers: null", "chunk_jobs: 9, chunk_workers: 2"]
    runs = [
        make_run("a", seed, [0.5], scenario=f"learning: {{engine: {{precision: float32, {engine}}}}}\n")
        for seed, engine in enumerate(engines)
    ]
    (experiment,) = experiments(runs)
    assert experiment.runs == runs
    assert labels_of([experiment]) == ["a"]


@pytest.mark.parametrize("other", [FP32, DEADLINE, FP16 + "learning: {engine: {precision: bfloat16}}\n"])
def test_any_other_difference_does(make_run, other: str) -> None:
    assert len(_labels(make_run, FP16, other)) == 2


def test_different_experiments_of_one_name_are_not_averaged(make_run) -> None:
    scenarios = [(1, FP16), (1, FP32), (2, FP16), (2, FP32)]
    accuracies = {FP16: 0.2, FP32: 0.6}
    runs = [
        make_run("a", seed, [accuracies[text]] * 2, scenario=text, folder=f"{number}")
        for number, (seed, text) in enumerate(scenarios)
    ]
    panel = convergence(runs).axes[0]
    handles, labels = panel.get_legend_handles_labels()
    assert labels == [f"{values} (mean and range of 2 runs)" for values in ("fp16", "fp32")]
    assert [list(line.get_ydata()) for line in handles] == [pytest.approx([20.0, 20.0]), pytest.approx([60.0, 60.0])]


def test_labels_give_the_values_that_differ(make_run) -> None:
    third = FP32.replace("{kind: synchronous}", "{kind: deadline, round_s: 4.0}")
    assert _labels(make_run, FP16, third) == [
        "a, fp16, synchronous",
        "a, fp32, deadline",
    ]


def test_fields_of_the_same_kind_are_named(make_run) -> None:
    labels = _labels(make_run, DEADLINE, DEADLINE.replace("4.0", "2.5"))
    assert labels == ["a, 4 s", "a, 2.5 s"]


def test_fields_that_only_one_kind_has_are_not(make_run) -> None:
    assert _labels(make_run, FP16, DEADLINE) == ["a, synchronous", "a, deadline"]


def test_of_many_keys_those_that_others_decide_are_left_out(make_run) -> None:
    texts = [f"x: {{p: {number}, q: {number}, r: {number}}}\n" for number in range(2)]
    assert _labels(make_run, *texts) == ["a, p 0", "a, p 1"]


def test_a_key_that_only_some_have_is_named_where_nothing_else_differs(make_run) -> None:
    assert _labels(make_run, "x: [{p: 1}]\n", "x: [{p: 1}, {p: 2}]\n") == ["a, p none", "a, p 2"]


def test_only_what_no_value_tells_apart_is_called_by_its_directory(make_run) -> None:
    texts = [f"x: {'u' * 15}{letter}{'v' * 15}\n" for letter in "st"]
    assert _labels(make_run, *texts) == ["run0", "run1"]


def test_lists_stand_beside_words(make_run) -> None:
    assert _labels(make_run, "x: {modules: all}\n", "x: {modules: [q, v]}\n") == ["a, all", "a, q+v"]


def test_items_of_lists_are_named_as_overrides_name_them(make_run) -> None:
    labels = _labels(make_run, "x: [{p: 1}, {p: null}]\n", "x: [{p: 1}, {p: true}]\n")
    assert labels == ["a, p null", "a, p true"]


def test_directories_of_one_name_are_told_apart_by_their_paths(make_run, tmp_path: Path) -> None:
    texts = [f"x: {'u' * 15}{letter}{'v' * 15}\n" for letter in "st"]
    runs = [make_run("a", 1, [0.5], scenario=text, folder=f"{n}/seed1") for n, text in enumerate(texts)]
    assert labels_of(experiments(runs)) == [str(tmp_path.resolve() / f"{number}" / "seed1") for number in range(2)]


def test_only_namesakes_need_more_than_their_name(make_run) -> None:
    runs = [make_run(name, 1, [0.5], scenario=text) for name, text in (("a", FP16), ("b", FP32))]
    runs.append(make_run("a", 2, [0.5], scenario=FP32))
    assert labels_of(experiments(runs)) == ["a, fp16", "b", "a, fp32"]


def test_half_a_scenario_is_an_error_that_names_it(make_run) -> None:
    with pytest.raises(UsageError, match="a-1/scenario.yaml: no whole scenario"):
        convergence([make_run("a", 1, [0.5], scenario="codec: {kind: de")])


def test_one_scenario_and_seed_under_different_code_are_no_repetitions(make_run) -> None:
    runs = [make_run("a", 1, [0.5], scenario=FP16, folder=folder) for folder in ("x", "y")]
    assert [len(each.runs) for each in experiments(runs)] == [1]  # the same run twice
    write_json(runs[1].path / "manifest.json", runs[1].manifest | {"run_id": "other"})
    with pytest.raises(UsageError, match="x and .*y are one scenario and seed under different code: name one"):
        experiments(runs)
