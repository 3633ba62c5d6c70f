from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wfsim.cli._streams import Expendable, expendable_output
from wfsim.results.directory import Run

ROOT = Path(__file__).parents[3]


def _closed_pipe() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def _full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


@pytest.mark.parametrize("open_broken", [_closed_pipe, _full_disk])
@pytest.mark.parametrize("buffering", [1, -1])
def test_what_cannot_be_written_is_dropped(open_broken, buffering: int) -> None:
    with os.fdopen(open_broken(), "w", buffering=buffering) as broken:
        stream = Expendable(broken)
        for _ in range(3):
            stream.write("line\n" * 10_000)
            stream.flush()


def test_what_is_not_forgiven_is_raised_once() -> None:
    with os.fdopen(_full_disk(), "w", buffering=1) as broken:
        stream = Expendable(broken, BrokenPipeError)
        with pytest.raises(OSError, match="No space left"):
            stream.write("line\n")
        stream.flush()


def test_a_working_stream_gets_everything(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as working:
        stream = Expendable(working)
        stream.write("one\n")
        stream.flush()
        assert (tmp_path / "file").read_text() == "one\n"
        assert (stream.isatty(), stream.encoding) == (working.isatty(), working.encoding)


def test_a_stream_that_the_shell_closed_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with expendable_output():
        assert sys.stdout is None


@pytest.mark.parametrize(
    ("words", "terminal"),
    [(">/dev/full 2>/dev/full", "0"), ("--json >/dev/full 2>/dev/full", "1"), ("2>&1 | true", "1")],
)
def test_a_run_completes_whatever_becomes_of_its_output(words: str, terminal: str) -> None:
    command = f"set -o pipefail; {sys.executable} -m wfsim run small.yaml stop.rounds=50 --out one {words}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TTY_COMPATIBLE": terminal}
    assert subprocess.run(["bash", "-c", command], env=environment, timeout=60).returncode == 0
    assert Run("one").status == "completed"


def _shell(words: str) -> subprocess.CompletedProcess[str]:
    command = f"set -o pipefail; {sys.executable} -m wfsim {words}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(["bash", "-c", command], env=environment, timeout=60, capture_output=True, text=True)


@pytest.mark.parametrize("words", ["list", "schema", "--help"])  # a table, more than a pipe holds, and typer's own
def test_a_reader_that_leaves_early_is_no_error(words: str) -> None:
    done = _shell(f"{words} | true")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_result_that_could_not_be_written_is_an_error() -> None:
    done = _shell("list --json >/dev/full")
    assert (done.returncode, done.stderr) == (1, "wfsim: output: No space left on device\n")


def test_an_error_keeps_its_code_when_nobody_reads() -> None:
    assert _shell("list nothing 2>&1 | true").returncode == 2
