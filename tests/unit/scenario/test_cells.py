"""Cells of a sweep: which, in which order, and what a broken `sweep` block says."""

from __future__ import annotations

import pytest

from wfsim.errors import ScenarioError, UsageError
from wfsim.scenario.cells import load_batch
from wfsim.scenario.identity import run_id
from wfsim.scenario.load import load_scenario, resolved
from wfsim.scenario.sweep import Sweep

ALL_FOUR = """\
extends: digits
sweep:
  grid:
    radio.fading: [rayleigh, {kind: rician, k_db: 3}]
    radio.bandwidth_hz: [1.0e6, 2.0e6]
  zip:
    codec.values: [fp16, fp32]
    learning.adapter.rank: [2, 4]
  list:
    - {radio.transport: reliable}
    - {radio.transport: unreliable, radio.link.residual_loss: 0.1}
  seeds: 2
"""


def labels(*arguments) -> list[str]:
    return [cell.label for cell in load_batch(*arguments).cells]


def test_the_cells_are_all_combinations_in_the_order_of_the_file(written) -> None:
    batch = load_batch(written(ALL_FOUR))
    assert len(batch.cells) == 2 * 2 * 2 * 2 * 2 == load_scenario(written(ALL_FOUR)).sweep.count()
    assert [cell.number for cell in batch.cells] == list(range(1, 33))
    assert batch.keys == (
        "radio.fading",
        "radio.bandwidth_hz",
        "codec.values",
        "learning.adapter.rank",
        "radio.transport",
        "radio.link.residual_loss",
    )
    seeds = [cell.scenario.seed for cell in batch.cells]
    bands = [cell.scenario.radio.bandwidth_hz for cell in batch.cells]
    ranks = [cell.scenario.learning.adapter.rank for cell in batch.cells]
    losses = [cell.scenario.radio.link.residual_loss for cell in batch.cells]
    assert seeds == [1, 2] * 16
    assert losses == [0.0, 0.0, 0.1, 0.1] * 8
    assert ranks == ([2] * 4 + [4] * 4) * 4
    assert bands == ([1e6] * 8 + [2e6] * 8) * 2
    assert [cell.scenario.radio.fading.kind for cell in batch.cells] == ["rayleigh"] * 16 + ["rician"] * 16
    assert batch.cells[-1].scenario.codec.values == "fp32"


def test_a_scenario_without_a_sweep_is_one_cell() -> None:
    (cell,) = load_batch("digits").cells
    assert cell.scenario == load_scenario("digits")
    assert (dict(cell.values), cell.label) == ({}, "seed=1")


def test_a_sweep_is_no_part_of_a_run(written) -> None:
    swept, plain = load_scenario(written(ALL_FOUR)), load_scenario("digits")
    assert run_id(swept) == run_id(plain)
    assert "sweep" not in resolved(swept)
    assert all(cell.scenario.sweep is None for cell in load_batch(written(ALL_FOUR)).cells)


def test_commas_on_the_command_line_make_axes() -> None:
    assert labels("digits", ["codec.values=fp16,fp32", "seed=3,5", "stop.rounds=1"]) == [
        "codec.values=fp16 seed=3",
        "codec.values=fp16 seed=5",
        "codec.values=fp32 seed=3",
        "codec.values=fp32 seed=5",
    ]


def test_commas_inside_brackets_braces_and_quotes_part_nothing() -> None:
    batch = load_batch("digits", ["learning.adapter.target_modules=[q_proj, v_proj],all-linear", "name='a'"])
    assert [cell.values["learning.adapter.target_modules"] for cell in batch.cells] == [
        ["q_proj", "v_proj"],
        "all-linear",
    ]
    assert len(load_batch("digits", ["radio.fading={kind: rician, k_db: 3}"]).cells) == 1


def test_the_command_line_replaces_an_axis_of_the_file(written) -> None:
    batch = load_batch(written(ALL_FOUR), ["radio.bandwidth_hz=5e6", "seed=7", "radio.link.csi_age_s=0,0.01"])
    assert batch.keys[-1] == "radio.link.residual_loss" and "radio.link.csi_age_s" in batch.keys
    assert {cell.scenario.radio.bandwidth_hz for cell in batch.cells} == {5e6}
    assert {cell.scenario.seed for cell in batch.cells} == {7}
    assert len(batch.cells) == 2 * 1 * 2 * 2 * 2


def test_a_change_below_a_swept_key_holds_in_every_cell() -> None:
    batch = load_batch("digits", ["radio.fading.coherence_s=0.5", "radio.fading=rayleigh,rician"])
    assert [cell.scenario.radio.fading.coherence_s for cell in batch.cells] == [0.5, 0.5]


def test_the_sweep_itself_can_be_overridden_from_python() -> None:
    grid = {"sweep": {"grid": {"radio.bandwidth_hz": [1e6, 2e6]}, "seeds": 2}, "stop.rounds": 1}
    assert len(load_batch("digits", grid).cells) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["codec.values=fp16"], "the file's sweep sets codec.values in zip or list"),
        (["radio.bandwidth_hz=1,,2"], "there is no value after `=`"),
        (["sweep.seeds=1,2"], "give one value"),
        (["radio.bandwidth_hz"], "expected key=value"),
    ],
)
def test_malformed_arguments_are_wrong_usage(written, arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_batch(written(ALL_FOUR), arguments)


# lines under `sweep:`, line of the error, path, beginning of the message
BROKEN = [
    ("grid: {radio.bandwith_hz: [1, 2]}", 3, "radio.bandwith_hz", "no such key (did you mean 'bandwidth_hz'?)"),
    ("grid:\n    codec.values:\n      - fp16\n      - fp8", 6, "codec.values", "'fp8' is not allowed"),
    ("grid: {radio.bandwidth_hz: [1.0e6, -3]}", 3, "radio.bandwidth_hz", "-3 is not allowed: must be >= 1"),
    ("list:\n    - {codec.values: fp16}\n    - {stop.rounds: 0}", 5, "stop.rounds", "0 is not allowed: must be >= 1"),
    ("grid: {radio.fading: [none, ricain]}", 3, "radio.fading", "no fading called 'ricain' (did you mean 'rician'?)"),
    ("grid: {radio: {bandwidth_hz: [1, 2]}}", 3, "sweep.grid.radio", "expected a list, got {'bandwidth_hz': [1, 2]}"),
    ("grid: {radio.bandwidth_hz: 1}", 3, "sweep.grid.radio.bandwidth_hz", "expected a list, got 1"),
    ("grid: {codec.values: []}", 3, "sweep.grid", "has no value for codec.values"),
    ("grid: {'codec..values': [fp16]}", 3, "sweep.grid", "'codec..values' is not a dotted key"),
    ("grid: {seed: [1, 2]}", 3, "sweep.grid", "cannot change seed; give seeds"),
    ("list: [{extends: quickstart}]", 3, "sweep.list", "cannot change extends"),
    ("zip: {codec.values: [fp16], seed: [1]}", 3, "sweep.zip", "cannot change seed; give seeds"),
    (
        "zip:\n    codec.values: [fp16, fp32]\n    stop.rounds: [1]",
        3,
        "sweep.zip",
        "needs as many values for every key; it has codec.values 2, stop.rounds 1",
    ),
    (
        "grid: {codec.values: [fp16]}\n  list: [{codec.values: fp32}]",
        2,
        "sweep",
        "sets codec.values in more than one of grid, zip and list",
    ),
    ("list: {codec.values: fp16}", 3, "sweep.list", "expected a list, got {'codec.values': 'fp16'}"),
    ("list: [fp16]", 3, "sweep.list[0]", "expected a mapping, got 'fp16'"),
    ("seeds: 0", 3, "sweep.seeds", "0 is not allowed: must be >= 1"),
    ("seeds: []", 3, "sweep.seeds", "is an empty list"),
    ("seeds: [1, -2]", 3, "sweep.seeds[1]", "-2 is not allowed: must be >= 0"),
    ("seeds: many", 3, "sweep.seeds", "expected a"),
    ("seed: 3", 3, "sweep.seed", "no such key (did you mean 'seeds'?)"),
    ("grid: {stop.rounds: [1, 2]}\n  seeds: 6000", 2, "sweep", "makes 12000 cells; at most 10000 are allowed"),
    (
        "grid: {learning.kind: [lora, none]}\n  list: [{stop.target_accuracy: 0.5}]",
        4,
        "stop.target_accuracy",
        "needs learning that trains",
    ),
]


@pytest.mark.parametrize(("block", "line", "path", "message"), BROKEN)
def test_a_broken_block_is_told_with_file_line_and_path(
    written, block: str, line: int, path: str, message: str
) -> None:
    file = written(f"extends: digits\nsweep:\n  {block}\n")
    with pytest.raises(ScenarioError) as caught:
        load_batch(file)
    error = caught.value
    assert (error.file, error.line, error.path) == (str(file), line, path)
    assert error.message.startswith(message)
    assert "\n" not in str(error)


def test_the_cell_at_fault_is_named_with_its_values(written) -> None:
    file = written("extends: digits\nsweep:\n  grid: {radio.fading: [none, rician]}\n  seeds: 2\n")
    with pytest.raises(ScenarioError, match=r"\(cell 3 of 8: radio.fading=none codec.values=fp8 seed=1\)$"):
        load_batch(file, ["codec.values=fp16,fp8"])
    with pytest.raises(ScenarioError, match=r"^override radio.bandwidth_hz=1e6,wide: radio.bandwidth_hz: expected a"):
        load_batch("digits", ["radio.bandwidth_hz=1e6,wide"])


def test_counts_agree_with_cells() -> None:
    sweep = Sweep(grid={"codec.values": ("fp16", "fp32")}, seeds=(4, 9, 11))
    assert sweep.count() == len(list(sweep.choices())) * len(sweep.seed_values()) == 6
    assert Sweep().count() == len(list(Sweep().choices())) == 1
