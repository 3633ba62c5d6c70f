from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from wfsim.results.directory import Run

SWEPT = """\
extends: small.yaml
name: swept
radio: {fading: none}
sweep:
  grid: {radio.link.min_bps_per_hz: [0.0, 7.0]}
  seeds: 2
"""


@pytest.fixture(autouse=True)
def swept() -> None:
    """Cells 3 and 4 have a channel that never carries a bit."""
    Path("swept.yaml").write_text(SWEPT, encoding="utf-8")


def test_runs_go_to_one_folder_and_are_not_run_again(cli) -> None:
    said = cli("sweep", "small.yaml", "radio.bandwidth_hz=1e6,2e6,1000000.0", "-j", "2", "--out", "all")
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert lines[0] == "all: 3 cells, 0 of 2 runs complete"
    assert {line.partition(":")[0] for line in lines[1:3]} == {"1/2 completed", "2/2 completed"}
    assert lines[-2:] == ["cells: 3 completed", "all/sweep.csv"]
    runs = [Run(path) for path in Path("all").glob("small-*")]
    assert len(runs) == 2 and {run.status for run in runs} == {"completed"}
    table, started = Path("all/sweep.csv").read_bytes(), {run.manifest["started_at"] for run in runs}
    again = cli("sweep", "small.yaml", "radio.bandwidth_hz=1e6,2e6,1000000.0", "--out", "all")
    assert again.out.splitlines() == ["all: 3 cells, 2 of 2 runs complete", "cells: 3 completed", "all/sweep.csv"]
    assert Path("all/sweep.csv").read_bytes() == table
    assert {run.manifest["started_at"] for run in runs} == started


def test_a_failed_run_is_told_and_leaves_the_others(cli) -> None:
    said = cli("sweep", "swept.yaml", "-j", "1")
    assert said.code == 4
    failed = [line for line in said.out.splitlines() if " failed: " in line]
    assert len(failed) == 2 and all("radio.link.min_bps_per_hz=7.0" in line for line in failed)
    assert all("rate is zero" in line for line in failed)
    assert "cells: 2 completed, 2 failed" in said.out
    states = [line.split(",")[3] for line in Path("runs/swept/sweep.csv").read_text().splitlines()[1:]]
    assert states == ["completed", "completed", "failed", "failed"]


def test_fail_fast_starts_nothing_more(cli) -> None:
    said = cli("sweep", "swept.yaml", "radio.link.min_bps_per_hz=7.0,0.0", "-j", "1", "--fail-fast", "--json")
    shown = json.loads(said.out)
    assert said.code == 4
    assert [cell["status"] for cell in shown["cells"]] == ["failed", "unfinished", "unfinished", "unfinished"]
    assert list(shown["causes"]) == [shown["cells"][0]["run"]]
    assert "1/4 failed: " in said.err


def test_a_broken_cell_stops_everything_before_anything_runs(cli) -> None:
    said = cli("sweep", "small.yaml", "codec.values=fp16,fp8", "--out", "all")
    assert (said.code, said.out, said.err.count("\n")) == (3, "", 1)
    assert said.err.endswith("(cell 2 of 2: codec.values=fp8)\n")
    far = cli("sweep", "small.yaml", "radio.path_loss=macro_128", "topology.radius_m=500,9000", "--out", "all")
    assert far.code == 3
    assert far.err.startswith("small.yaml: radio.path_loss: ") and "(cell 2 of 2: topology.radius_m=9000" in far.err
    assert not Path("all").exists()


def test_a_dry_run_says_what_is_missing_and_writes_nothing(cli) -> None:
    facts = json.loads(cli("sweep", "swept.yaml", "--dry-run", "--json", "--out", "all").out)
    assert (facts["cells"], facts["runs"], facts["complete"]) == (4, 4, 0)
    assert facts["simulated_s"] > 0.0 and facts["uplink_bytes"] > 0 and facts["energy_j"] > 0.0
    assert [bool(row["fails"]) for row in facts["missing"]] == [False, False, True, True]
    text = cli("sweep", "swept.yaml", "--dry-run", "--out", "all").out
    assert "an estimate" in text and "seed=2 cannot go on: " in text
    assert not Path("all").exists()


def test_validate_counts_and_checks_the_cells(cli) -> None:
    assert "its sweep has 4 cells" in cli("validate", "swept.yaml").out
    assert json.loads(cli("validate", "swept.yaml", "--json").out)["cells"] == 4
    Path("swept.yaml").write_text(SWEPT.replace("7.0", "seven"), encoding="utf-8")
    said = cli("validate", "swept.yaml")
    assert said.code == 3
    assert said.err.startswith("swept.yaml:5: radio.link.min_bps_per_hz: expected a number, got 'seven' (cell 3 of 4")


def test_run_takes_the_base_and_says_so(cli) -> None:
    said = cli("run", "swept.yaml", "--out", "one")
    assert (said.code, said.err) == (0, "swept.yaml: running the base scenario alone; wfsim sweep runs its 4 cells\n")
    assert "sweep" not in Run("one").scenario


def test_a_folder_in_use_is_wrong_usage(cli) -> None:
    from filelock import FileLock

    Path("all").mkdir()
    with FileLock("all/.lock"):
        said = cli("sweep", "small.yaml", "--out", "all")
    assert said.code == 2 and "another sweep" in said.err


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_sweep_says_how_to_go_on(process, stop: signal.Signals) -> None:
    words = ("-m", "wfsim", "sweep", "small.yaml", "stop.rounds=1,1000000", "-j", "1", "--out", "all")
    running = process(*words)
    assert running.stdout.readline() == "all: 2 cells, 0 of 2 runs complete\n"
    assert running.stdout.readline().startswith("1/2 completed")
    running.send_signal(stop)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err == "wfsim: interrupted; 1 of 2 runs are complete in all; the same command goes on\n"
    states = [line.split(",")[3] for line in Path("all/sweep.csv").read_text().splitlines()[1:]]
    assert states == ["completed", "unfinished"]


def test_it_says_what_the_cache_has_saved(cli) -> None:
    """The band decides when an update arrives, not what is in it: the second run finds everything."""
    words = ("sweep", "small.yaml", "learning.kind=lora", "radio.bandwidth_hz=1e6,2e6", "-j", "1", "--out", "all")
    lines = cli(*words).out.splitlines()
    assert lines[-2:] == ["training: 2 chunks computed, 2 found in the cache", "all/sweep.csv"]
    work = json.loads(cli(*words, "--json").out)["work"]
    assert (work["chunks_computed"], work["chunks_from_cache"]) == (2, 2)
