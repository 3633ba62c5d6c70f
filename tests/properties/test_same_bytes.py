"""Same scenario, seed and versions: the same bytes, whatever the hash seed, the folder and the number of cores."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import wfsim

ROOT = Path(__file__).parents[2]
FILES = (
    "journal.jsonl",
    "rounds.csv",
    "summary.json",
    "scenario.yaml",
    "adapter/adapter_model.safetensors",
    "adapter/adapter_config.json",
)
SHORT = ["stop.rounds=2", "topology.devices=7", "learning.local.steps=3"]


def run_in(folder: Path, *overrides: str, cores: int | None = None, **environment: str) -> dict[str, bytes]:
    folder.mkdir()
    code = "import os, sys; from wfsim.__main__ import main; "
    if cores is not None:
        code += f"os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}]); "
    code += "main()"
    words = ["run", str(ROOT / "scenarios" / "lossy.yaml"), *SHORT, *overrides, "--out", "result"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    assert done.returncode == 0, done.stderr
    return {name: (folder / "result" / name).read_bytes() for name in FILES}


def run_here(folder: Path, *overrides: str) -> dict[str, bytes]:
    """The same in this process, whatever was computed in it before."""
    wfsim.run(wfsim.load_scenario("lossy", [*SHORT, *overrides]), folder / "result")
    return {name: (folder / "result" / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return run_in(tmp_path_factory.mktemp("same") / "a", PYTHONHASHSEED="1")


def test_hash_seed_folder_and_cores_change_nothing(reference: dict[str, bytes], tmp_path: Path) -> None:
    assert run_in(tmp_path / "elsewhere", cores=1, PYTHONHASHSEED="2") == reference


def test_batching_changes_nothing_but_the_scenario_file(reference: dict[str, bytes], tmp_path: Path) -> None:
    """Another chunk size and number of workers: the same adapter and the same rounds."""
    other = run_here(tmp_path, "learning.engine={chunk_jobs: 2, chunk_workers: 3}")
    for name in ("journal.jsonl", "rounds.csv", "adapter/adapter_model.safetensors"):
        assert other[name] == reference[name], name


def test_another_seed_changes_everything(reference: dict[str, bytes], tmp_path: Path) -> None:
    other = run_here(tmp_path, "seed=2")
    assert all(other[name] != reference[name] for name in FILES if not name.endswith("config.json"))
