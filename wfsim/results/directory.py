"""A run directory: the files of one run, readable at every moment, whatever became of the run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from wfsim.errors import UsageError
from wfsim.results.rounds import read_rounds, round_rows
from wfsim.results.summary import summarise
from wfsim.trace import read_journal

_LOCK = ".lock"
CHECKPOINTS = "checkpoints"
_MANIFEST = "manifest.json"
_TEXTS = (_MANIFEST, "scenario.yaml", "journal.jsonl", "rounds.csv", "summary.json", "log.txt")
_FILES = {_LOCK, *_TEXTS, *(f"{name}.part" for name in _TEXTS)}

COMPLETED, RUNNING, FAILED, INTERRUPTED = "completed", "running", "failed", "interrupted"


class Run:
    """Reads a run directory.

    `scenario.yaml` what was run, resolved; `journal.jsonl` every event; `rounds.csv` and `summary.json` folded from it;
    `manifest.json` versions, times and status; `adapter/` the learned adapter in PEFT's format; `log.txt` progress.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        if not (self.path / _MANIFEST).is_file():
            raise UsageError(f"{self.path} is not a run directory: it has no manifest.json")

    @property
    def manifest(self) -> dict[str, Any]:
        """Versions, times, status, digest."""
        return _read_json(self.path / _MANIFEST)

    @property
    def scenario(self) -> dict[str, Any]:
        """The resolved scenario as plain values. Raises UsageError where `scenario.yaml` is absent or not a mapping."""
        from ruamel.yaml import YAML, YAMLError

        path = self.path / "scenario.yaml"
        try:
            values = YAML(typ="safe", pure=True).load(path)
        except (FileNotFoundError, ValueError, YAMLError):
            values = None
        if not isinstance(values, dict):
            raise UsageError(f"{path}: no whole scenario; the run did not get that far")
        return values

    @property
    def summary(self) -> dict[str, Any]:
        """The numbers of `summary.json`; of a run that was killed, those its journal still gives."""
        path = self.path / "summary.json"
        return _read_json(path) if path.is_file() else summarise(self.whole_lines())

    @property
    def rounds(self) -> list[dict[str, Any]]:
        """The rows of `rounds.csv`; of a run that was killed, those its journal still gives."""
        path = self.path / "rounds.csv"
        return read_rounds(path) if path.is_file() else round_rows(self.whole_lines())

    def journal(self) -> Iterator[dict[str, Any]]:
        """The journal's lines. Raises ValueError at what is not a record, such as the torn end of a killed run."""
        return read_journal(self.path / "journal.jsonl")

    def whole_lines(self) -> Iterator[dict[str, Any]]:
        """The journal's lines up to the first that is not a record; none where there is no journal."""
        with suppress(ValueError, FileNotFoundError):
            yield from self.journal()

    @property
    def name(self) -> str:
        """The scenario's name."""
        return str(self.manifest["name"])

    @property
    def status(self) -> str:
        """`completed`, `running` (or killed), `failed` or `interrupted`."""
        return str(self.manifest["status"])

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r}, {self.status})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{key}</th><td>{value}</td></tr>" for key, value in self.summary.items())
        return f"<table><caption>{self.name} ({self.status})</caption>{rows}</table>"


@contextmanager
def claimed(path: Path, run_id: str, *, force: bool) -> Iterator[bool]:
    """Hold `path` for a run with this id. Gives False if it holds that run, completed.

    What an unfinished attempt at the same run left stays, so that it is resumed; with `force` the files of whatever
    run is there are removed, others are left alone.
    Raises UsageError rather than touch what is not a run, or (without `force`) another run, or a directory that another
    process is running into.
    """
    if _is_done(path, run_id, force=force):
        forget_checkpoints(path)  # where it was killed between its last two steps
        yield False
        return
    _make(path)
    with _locked(path):
        done = _is_done(path, run_id, force=force)  # another process may have finished it since the first look
        if force or (not done and _held_run(path) is None):
            _remove_run_files(path)
        yield not done


def _is_done(path: Path, run_id: str, *, force: bool) -> bool:
    return _refuse_others(path, run_id, force=force) == COMPLETED and not force


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = FileLock(path / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(f"{path}: another process is running into this directory") from None
    try:
        yield
    finally:
        (path / _LOCK).unlink(missing_ok=True)
        lock.release()


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be made: {error.strerror}") from None


def _refuse_others(path: Path, run_id: str, *, force: bool) -> str | None:
    """Status of this very run in `path`, None where there is none. Touches nothing."""
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is not a directory")
    children = {child.name for child in path.iterdir()} if path.exists() else set()
    held = _held_run(path)
    if held is None and children - _FILES:
        raise UsageError(f"{path} holds something that is not a run; choose another --out")
    if held is not None and held[0] != run_id and not force:
        raise UsageError(f"{path} holds another run; choose another --out or replace it with --force")
    return held[1] if held is not None and held[0] == run_id else None


def _remove_run_files(path: Path) -> None:
    """The manifest, no longer `completed`, goes last: if this is cut short, the rest still counts as a run's."""
    if (path / _MANIFEST).is_file():
        write_json(path / _MANIFEST, _read_json(path / _MANIFEST) | {"status": RUNNING})
    for name in ("adapter", "parts", CHECKPOINTS):
        shutil.rmtree(path / name, ignore_errors=True)
    for name in (*sorted(_FILES - {_LOCK, _MANIFEST}), _MANIFEST):
        (path / name).unlink(missing_ok=True)


def earlier_attempt(path: Path) -> dict[str, Any]:
    """What the manifest of a resumed run keeps of its earlier attempts; nothing where this is the first."""
    manifest = path / _MANIFEST
    if not manifest.is_file():
        return {"attempts": 1}
    held = _read_json(manifest)
    return {"attempts": held.get("attempts", 1) + 1, "started_at": held["started_at"]}


def forget_checkpoints(path: Path) -> None:
    """Remove what only an unfinished run needs."""
    shutil.rmtree(path / CHECKPOINTS, ignore_errors=True)


def _held_run(path: Path) -> tuple[str, str] | None:
    manifest = path / _MANIFEST
    if not manifest.is_file():
        return None
    held = _read_json(manifest)
    return str(held.get("run_id")), str(held.get("status"))


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Write JSON through a temporary file, so that a killed run never leaves half of it."""
    draft = path.with_name(f"{path.name}.part")
    draft.write_text(json.dumps(values, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    draft.replace(path)


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UsageError(f"{path}: no such file; the run did not get that far")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{path}: not JSON: {error}") from None
