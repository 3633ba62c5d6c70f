from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from wfsim import figures


@pytest.fixture(autouse=True)
def finished_run(cli) -> None:
    cli("run", "small.yaml", "--out", "one")


@pytest.fixture
def folder(cli) -> Path:
    """Two completed runs, one that was interrupted, and something else."""
    for seed in (1, 2, 3):
        cli("run", "small.yaml", f"seed={seed}", "stop.rounds=1", "--out", f"sweep/s{seed}")
    manifest = Path("sweep/s2/manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"status": "interrupted"}))
    Path("sweep/notes").mkdir()
    return Path("sweep")


def test_a_figure_goes_into_the_first_run(cli) -> None:
    assert cli("plot", "timeline", "one") == (0, "one/timeline.png\n", "")
    assert Path("one/timeline.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_goes_where_it_is_told(cli) -> None:
    assert cli("plot", "timeline", "one", "-o", "made/t.svg") == (0, "made/t.svg\n", "")
    assert "<svg" in Path("made/t.svg").read_text(encoding="utf-8")


def test_an_unknown_figure_is_wrong_usage_with_the_nearest(cli) -> None:
    said = cli("plot", "timelin", "one")
    assert said.code == 2
    assert "did you mean 'timeline'" in said.err


def test_help_lists_the_figures_and_their_options(cli) -> None:
    shown = " ".join(cli("plot", "--help").out.split())
    assert figures.KINDS and all(f"{kind}: " in shown for kind in figures.KINDS)
    assert "Takes --cost, --target." in shown and "Takes --rounds, --devices." in shown


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list:
    """What `wfsim plot` asks to be drawn: (kind, names of run directories, file, options)."""
    asked: list = []

    def draw(kind, runs, output, **options):
        asked.append((kind, [str(run.path) for run in runs], str(output), options))
        return output

    monkeypatch.setattr(figures, "draw", draw)
    return asked


def test_a_folder_stands_for_its_completed_runs_and_says_which_were_left_out(cli, folder: Path, drawn) -> None:
    said = cli("plot", "tradeoff", "sweep")
    assert said == (0, "sweep/tradeoff.png\n", "left out: s2 (interrupted)\n")
    assert drawn == [("tradeoff", ["sweep/s1", "sweep/s3"], "sweep/tradeoff.png", {})]


def test_of_one_scenario_and_seed_the_run_started_last_stays(cli, folder: Path, drawn) -> None:
    """As after a change of code, which gives the runs of a sweep other ids and directories."""
    shutil.copytree("sweep/s1", "sweep/old")
    manifest = Path("sweep/old/manifest.json")
    older = {"run_id": "other", "started_at": "2020-01-01T00:00:00+00:00"}
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | older))
    said = cli("plot", "tradeoff", "sweep")
    assert drawn[0][1] == ["sweep/s1", "sweep/s3"]
    assert said.err == "left out: s2 (interrupted), old (older than another of its scenario and seed)\n"


def test_runs_and_folders_mix_and_each_run_counts_once(cli, folder: Path, drawn) -> None:
    cli("plot", "tradeoff", "one", "sweep/s2", "sweep", "sweep/s3")
    assert drawn[0][1:3] == (["one", "sweep/s2", "sweep/s1", "sweep/s3"], "one/tradeoff.png")


def test_a_folder_without_completed_runs_is_wrong_usage(cli) -> None:
    Path("empty").mkdir()
    assert cli("plot", "tradeoff", "empty") == (2, "", "wfsim: empty holds no completed run\n")
    assert cli("plot", "tradeoff", "nowhere").code == 2


def test_options_reach_the_figure(cli, drawn) -> None:
    cli("plot", "rate", "one", "--rounds", "2:3", "--devices", "d1, d7")
    cli("plot", "tradeoff", "one", "--target", "0.85", "--cost", "bits")
    assert [options for *_, options in drawn] == [
        {"rounds": (2, 3), "devices": ["d1", "d7"]},
        {"target": 0.85, "cost": "bits"},
    ]


@pytest.mark.parametrize("text", ["2", "2-3", "a:b", "3:2"])
def test_rounds_that_are_no_range_are_wrong_usage(cli, text: str) -> None:
    said = cli("plot", "timeline", "one", "--rounds", text)
    assert said == (2, "", f"wfsim: --rounds {text}: write FIRST:LAST, such as 1:3\n")


def test_an_option_the_figure_does_not_take_is_wrong_usage(cli) -> None:
    said = cli("plot", "timeline", "one", "--target", "0.5")
    assert said == (2, "", "wfsim: timeline takes no target; it takes rounds, devices\n")


def test_a_channel_without_gains_says_what_to_set(cli) -> None:
    said = cli("plot", "channel", "one")
    assert said == (2, "", "wfsim: one: its journal holds no gains; run it with trace.channel=true\n")
    cli("run", "small.yaml", "trace.channel=true", "--out", "two")
    assert cli("plot", "channel", "two").code == 0
