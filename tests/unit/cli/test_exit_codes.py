"""Each exit code, produced by a process of its own; other ways to it in this one, where starting takes no time."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from wfsim.cli import exit_codes
from wfsim.errors import WfsimError

MUTE = ("radio.fading=none", "radio.link.min_bps_per_hz=7.0")  # a link that never carries a bit


def test_0_done(python) -> None:
    said = python("-m", "wfsim", "run", "small.yaml", "--out", "one")
    assert (said.code, said.err) == (exit_codes.DONE, "") == (0, "")


def test_1_the_run_failed(python) -> None:
    said = python("-m", "wfsim", "run", "small.yaml", *MUTE, "--out", "mute")
    assert said.code == exit_codes.FAILED == 1
    assert "rate is zero" in said.err and said.err.count("\n") == 1


def test_1_a_check_found_a_fault(cli) -> None:
    cli("run", "small.yaml", "--out", "one")
    journal = Path("one/journal.jsonl")
    journal.write_text(journal.read_text(encoding="utf-8").replace('"t_s":0', '"t_s":1', 1), encoding="utf-8")
    said = cli("verify", "one")
    assert (said.code, said.err) == (exit_codes.FAILED, "")


def test_2_wrong_usage(python) -> None:
    assert python("-m", "wfsim", "nosuch").code == exit_codes.USAGE == 2


@pytest.mark.parametrize("words", [("run",), ("list", "--nosuch"), ("list", "nosuch"), ("verify", "none")])
def test_2_wrong_usage_of_a_command(cli, words: tuple[str, ...]) -> None:
    assert cli(*words).code == 2


def test_3_invalid_scenario(python, cli) -> None:
    words = ("small.yaml", "radio.fading=ricain")
    for said in (python("-m", "wfsim", "run", *words), cli("validate", *words)):
        assert said.code == exit_codes.INVALID == 3
        assert "did you mean 'rician'?" in said.err and said.err.count("\n") == 1


def test_4_some_runs_of_a_sweep_failed(python, cli) -> None:
    words = ("small.yaml", "radio.fading=none", "radio.link.min_bps_per_hz=0.0,7.0", "-j", "1", "--out", "cells")
    said = python("-m", "wfsim", "sweep", *words)
    assert said.code == exit_codes.SOME_FAILED == 4
    assert "cells: 1 completed, 1 failed" in said.out
    assert cli("sweep", *words).code == 4  # a failed run stays failed


def test_130_interrupted(process) -> None:
    running = process("-m", "wfsim", "run", "small.yaml", "stop.rounds=1000000", "--out", "one")
    assert running.stdout.readline().startswith("round 1/1000000")
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == exit_codes.INTERRUPTED == 130


def test_the_table_is_whole_and_in_the_help(cli) -> None:
    assert list(exit_codes.MEANINGS) == [0, 1, 2, 3, 4, 130]
    assert {kind.exit_code for kind in kinds_of_error(WfsimError)} <= set(exit_codes.MEANINGS)
    text = " ".join(cli("--help").out.split())
    assert exit_codes.sentence() in text


def kinds_of_error(base: type[WfsimError]) -> set[type[WfsimError]]:
    return {base, *(kind for below in base.__subclasses__() for kind in kinds_of_error(below))}
