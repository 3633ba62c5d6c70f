"""`kill -9` at random moments: nothing that was computed is lost, and the result is that of an uninterrupted run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wfsim.results.directory import Run

ROOT = Path(__file__).parents[2]
FILES = ("journal.jsonl", "rounds.csv", "summary.json", "adapter/adapter_model.safetensors")
OVERRIDES = ["stop.rounds=12", "topology.devices=8", "learning.engine.chunk_jobs=2", "learning.engine.chunk_workers=2"]
KILLS, WORKERS = 20, 2

pytestmark = pytest.mark.slow


def wfsim(*words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-m", "wfsim", *words], env=environment, stdout=subprocess.DEVNULL)


def begun(place: Path) -> int:
    """Pieces of work begun so far, repeats included."""
    log = place / "checkpoints" / "work.log"
    return log.read_bytes().count(b"begun") if log.is_file() else 0


def kill_after(process: subprocess.Popen[bytes], place: Path, pieces: int, delay_s: float) -> None:
    """Kill a run `delay_s` after it began its `pieces`-th piece of work, unless it ended before."""
    while process.poll() is None and begun(place) < pieces:
        time.sleep(0.002)
    time.sleep(delay_s)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_twenty_kills(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    assert wfsim("run", str(ROOT / "scenarios/digits.yaml"), *OVERRIDES, "--out", str(whole)).wait() == 0
    expected = {name: (whole / name).read_bytes() for name in FILES}
    work = Run(whole).manifest["work"]
    pieces = work["chunks_computed"] + work["scores_computed"]
    moments = random.Random(1)
    for kill in range(KILLS):
        place = tmp_path / f"kill{kill}"
        process = wfsim("run", str(ROOT / "scenarios/digits.yaml"), *OVERRIDES, "--out", str(place))
        kill_after(process, place, moments.randint(1, pieces), moments.uniform(0.0, 0.08))
        assert wfsim("resume", str(place)).wait() == 0
        done = Run(place)
        assert {name: (place / name).read_bytes() for name in FILES} == expected, kill
        assert done.manifest["work"]["chunks_computed"] == work["chunks_computed"]
        repeated = done.manifest["work"]["chunks_repeated"] + done.manifest["work"]["scores_repeated"]
        assert repeated <= WORKERS, (kill, repeated)
