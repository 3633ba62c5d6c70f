"""A sweep leaves the same bytes on any number of processes, and however often it was killed before."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN_FILES = ("journal.jsonl", "rounds.csv", "summary.json", "scenario.yaml", "adapter/adapter_model.safetensors")
SWEEP = ["topology.devices=3", "stop.rounds=2", "learning.local.steps=1", "seed=1,2,3"]


def start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    words = ["sweep", str(ROOT / "scenarios" / "digits.yaml"), *SWEEP, "--out", "all", *options]
    return subprocess.Popen(
        [sys.executable, "-m", "wfsim", *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )


def finish(folder: Path, *options: str) -> dict[str, bytes]:
    """The bytes of every file that a sweep promises, after running it to its end."""
    running = start(folder, *options)
    _, err = running.communicate(timeout=300)
    assert running.returncode == 0, err.decode()
    runs = sorted((folder / "all").glob("digits-*"))
    files = [(folder / "all" / "sweep.csv"), *(run / name for run in runs for name in RUN_FILES)]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def workers_in(folder: Path) -> list[Path]:
    """Processes whose working directory is `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append(process)
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return found


def wait_until_alone(folder: Path) -> None:
    """Until no process is left in `folder`; a worker that outlives its sweep for long is a fault."""
    give_up_s = time.monotonic() + 30.0
    while workers_in(folder):
        assert time.monotonic() < give_up_s, "a worker outlived its sweep"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    files = finish(tmp_path_factory.mktemp("one"), "-j", "1", "--no-cache")
    assert len(files) == 1 + 3 * len(RUN_FILES)
    return files


def test_two_processes_and_a_cache_leave_the_same_bytes(reference: dict[str, bytes], tmp_path: Path) -> None:
    assert finish(tmp_path, "-j", "2") == reference


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "parent"])
def test_killed_at_random_moments_and_invoked_again(
    reference: dict[str, bytes], tmp_path: Path, whole_group: bool
) -> None:
    moments = random.Random(int(whole_group))
    for _ in range(4):
        running = start(tmp_path, "-j", "2")
        time.sleep(moments.uniform(0.5, 5.0))
        (os.killpg if whole_group else os.kill)(running.pid, signal.SIGKILL)
        running.wait()
        running.stderr.close()
        wait_until_alone(tmp_path)
    assert finish(tmp_path, "-j", "2") == reference
