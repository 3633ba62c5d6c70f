"""`manifest.json`: everything about a run that may differ between two identical runs."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wfsim.results.directory import RUNNING

_PACKAGES = ("wfsim-cosim", "numpy", "simpy", "torch", "peft", "transformers", "pydantic", "networkx", "safetensors")


def opening_manifest(run_id: str, name: str) -> dict[str, Any]:
    """The manifest of a run that has just begun."""
    return {
        "run_id": run_id,
        "name": name,
        "status": RUNNING,
        "started_at": datetime.now(UTC).isoformat(),
        "versions": _versions(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "math_threads": 1,
        "git": _git_state(),
        "working_directory": str(Path.cwd()),
        "command": _typed_command(),
    }


def _typed_command() -> list[str] | None:
    """The words of wfsim's command line as typed, `wfsim` first; None where a run was started from Python."""
    program = Path(sys.argv[0] if sys.argv else "")
    ours = program.stem == "wfsim" or program.parts[-2:] == ("wfsim", "__main__.py")
    return ["wfsim", *sys.argv[1:]] if ours else None


def _versions() -> dict[str, str | None]:
    return {package: _version(package) for package in _PACKAGES}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git_state() -> dict[str, Any] | None:
    """Commit of the checkout that holds this package, and whether it has changes; None outside a checkout."""
    folder = Path(__file__).parents[2]
    if not (folder / ".git").exists():
        return None
    commit, changes = _git(folder, "rev-parse", "HEAD"), _git(folder, "status", "--porcelain")
    return {"commit": commit, "changed": bool(changes)} if commit is not None else None


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
