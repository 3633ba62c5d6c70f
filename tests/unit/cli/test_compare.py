from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import wfsim

SMALL = ["topology.devices=3", "stop.rounds=2", "learning={kind: none, data: digits}"]


def simulate(path: Path, *overrides: str) -> None:
    wfsim.run(wfsim.load_scenario("digits", [*SMALL, *overrides]), path)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seeds of two experiments."""
    folder = tmp_path_factory.mktemp("runs")
    for seed in (1, 2):
        simulate(folder / f"a-{seed}", f"seed={seed}")
        simulate(folder / f"b-{seed}", f"seed={seed}", "codec.values=fp32")
    return folder


@pytest.fixture(autouse=True)
def runs(finished: Path, in_a_fresh_folder: Callable[[], None]) -> None:
    shutil.copytree(finished, Path(), dirs_exist_ok=True)


def test_the_table(cli) -> None:
    said = cli("compare", "a-*", "b-*")
    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0] == "codec.values: A fp16, B fp32"
    assert lines[1].split() == ["metric", "A", "B", "B", "-", "A", "interval", "pairs"]
    bits = next(line.split() for line in lines if line.startswith("uplink_bits"))
    assert float(bits[3]) == float(bits[2]) - float(bits[1]) > 0 and bits[-1] == "2"
    assert "95 % intervals of the mean difference; seeds that pair: 1, 2." in lines


def test_json(cli) -> None:
    found = json.loads(cli("compare", "a-*", "b-*", "--target", "0.5", "--json").out)
    assert (found["seeds"], found["other_links"], found["reached"]) == ([1, 2], [], [0, 0])
    assert found["differing"] == {"codec.values": ["fp16", "fp32"]}
    rounds = next(each for each in found["metrics"] if each["metric"] == "rounds")
    assert rounds["difference"] == {"mean": 0.0, "low": 0.0, "high": 0.0, "n": 2, "level": 0.95, "method": "t"}


def test_options_of_the_interval(cli) -> None:
    found = json.loads(cli("compare", "a-*", "b-*", "--level", "0.9", "--bootstrap", "--json").out)
    assert {(each["difference"]["level"], each["difference"]["method"]) for each in found["metrics"]} == {
        (0.9, "bootstrap")
    }


def test_what_does_not_pair_is_said(cli) -> None:
    simulate(Path("far"), "seed=2", "topology.radius_m=900")
    out = cli("compare", "a-*", "far").out
    assert "One pair has no interval: run more seeds." in out
    assert "Seeds of A without a run in B, left out: 1." in out
    assert "Not common random numbers: devices are placed or shadowed differently in A and B for seeds 2" in out


def test_the_same_twice(cli) -> None:
    assert cli("compare", "a-1", "a-1").out.startswith("The scenarios do not differ.\n")


def test_targets(cli) -> None:
    out = cli("compare", "a-*", "b-*", "--target", "0.5").out
    assert "0.5 is reached by 0 of 2 runs of A and 0 of B" in out
    assert cli("compare", "a-*", "b-*", "--target", "85").code == 2


def test_unfinished_runs(cli) -> None:
    manifest = Path("b-1/manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"status": "failed"}))
    refused = cli("compare", "a-*", "b-*")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "wfsim: b-1 is not completed (failed); --unfinished compares it all the same\n"
    assert "b-1 is not completed: its numbers are those so far." in cli("compare", "a-*", "b-*", "--unfinished").out


def test_a_glob_without_runs(cli) -> None:
    assert cli("compare", "x-*", "b-*") == (2, "", "wfsim: x-*: no run directory there\n")


def test_two_cells_of_one_folder(cli) -> None:
    pair = ("--a", "codec.values=fp16", "--b", "codec.values=fp32")
    found = json.loads(cli("compare", ".", ".", *pair, "--json").out)
    assert (found["differing"], found["seeds"]) == ({"codec.values": ["fp16", "fp32"]}, [1, 2])
    found = json.loads(cli("compare", ".", ".", *pair, "--a", "seed=2,3", "--b", "codec=dense", "--json").out)
    assert (found["seeds"], found["only_b"]) == ([2], [1])


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("codec.valeus=fp16", "codec.valeus: no run has this key (did you mean 'codec.values'?)"),
        ("codec.values=int8", 'no run is left with codec.values = "int8"'),
        ("codec.values", "override codec.values: expected key=value"),
    ],
)
def test_a_cell_that_is_not_there(cli, setting: str, message: str) -> None:
    said = cli("compare", ".", ".", "--a", setting)
    assert (said.code, said.err) == (2, f"wfsim: {message}\n")


BASE = ("--baseline", "codec.values=fp16")


def test_a_sweep_against_one_of_its_experiments(cli) -> None:
    lines = cli("compare", ".", *BASE).out.splitlines()
    assert lines[0].split() == ["experiment", "simulated_s", "uplink_bits", "seeds"]
    assert [line.split("  ")[0] for line in lines[1:3]] == ["digits: codec.values=fp16", "digits: codec.values=fp32"]
    assert "(" not in lines[1] and "(+" in lines[2]
    assert any(line.startswith("Means over seeds; in parentheses the mean difference to digits") for line in lines)


def test_a_table_for_a_report(cli) -> None:
    lines = cli("compare", ".", *BASE, "--format", "markdown", "--metric", "rounds", "--target", "0.5").out.splitlines()
    assert lines[:4] == [
        "| experiment | rounds | reached | seeds |",
        "| --- | --- | --- | --- |",
        "| digits: codec.values=fp16 | 2 | 0/2 | 2 |",
        "| digits: codec.values=fp32 | 2 (0, 0 to 0) | 0/2 | 2 |",
    ]


def test_csv_and_json_of_a_sweep_hold_everything(cli) -> None:
    rows = cli("compare", ".", *BASE, "--format", "csv").out.splitlines()
    assert rows[0] == "experiment,metric,pairs,mean,baseline_mean,difference,low,high,seeds,reached"
    assert "digits: codec.values=fp32,rounds,2,2.0,2.0,0.0,0.0,0.0,2," in rows
    found = json.loads(cli("compare", ".", *BASE, "--json").out)
    assert found["baseline"] == "digits: codec.values=fp16"
    assert found["comparisons"]["digits: codec.values=fp32"]["seeds"] == [1, 2]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((".",), "compare A with B, or name A alone and one of its experiments after --baseline"),
        ((".", ".", *BASE), "compare A with B, or name A alone and one of its experiments after --baseline"),
        ((".", *BASE, "--b", "seed=1"), "--b has no meaning under --baseline; --a chooses among the runs"),
        (("a-*", "b-*", "--format", "csv"), "--metric and --format are of the table under --baseline"),
        ((".", *BASE, "--metric", "round"), "no metric called 'round' (did you mean 'rounds'?); known: rounds, "),
    ],
)
def test_how_a_baseline_is_used(cli, words: tuple[str, ...], message: str) -> None:
    said = cli("compare", *words)
    assert said.code == 2 and said.err.startswith(f"wfsim: {message}")
