"""Runs the command line in this process or in one of its own, on a small scenario that trains nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from wfsim.cli.main import main

ROOT = Path(__file__).parents[3]
SMALL = """\
name: small
topology: {kind: cell, devices: 3}
learning: {kind: none, data: digits, partition: iid, local: {steps: 1}}
stop: {rounds: 2}
"""


class Said(NamedTuple):
    """What a command returned and printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture(autouse=True)
def in_a_fresh_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small scenario is `small.yaml` in the working directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("WFSIM_DEBUG", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    Path("small.yaml").write_text(SMALL, encoding="utf-8")


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Command:
    """`cli("list", "fading")` in this process."""

    def command(*words: str) -> Said:
        code = main(words)
        return Said(code, *capsys.readouterr())

    return command


def start(*words: str) -> subprocess.Popen[str]:
    """`python ...` in a process that Ctrl-C reaches, even where the tests run in the background."""
    return subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.fixture
def process() -> Callable[..., subprocess.Popen[str]]:
    """Starts `python ...`."""
    return start


@pytest.fixture
def python() -> Command:
    """Runs `python ...` to its end."""

    def command(*words: str) -> Said:
        process = start(*words)
        out, err = process.communicate(timeout=120)
        return Said(process.returncode, out, err)

    return command
