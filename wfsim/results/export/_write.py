"""Puts an export where it was asked for, and harms nothing that is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wfsim.errors import UsageError

Content = bytes | Mapping[str, bytes]


def check_target(target: Path, run: Path, *, force: bool) -> None:
    """Raises UsageError for a part of the run itself and, without `force`, for what is there already."""
    if target.resolve() == run.resolve() or (target.exists() and target.resolve().parent == run.resolve()):
        raise UsageError(f"{target} is part of the run; choose another --output")
    empty = target.is_dir() and not any(target.iterdir())
    if target.exists() and not empty and not force:
        raise UsageError(f"{target} is there already; choose another --output or replace it with --force")


def write_content(target: Path, content: Content) -> None:
    """One file, or the files of a folder. Raises UsageError for a folder that holds anything else."""
    try:
        if isinstance(content, bytes):
            _write_file(target, content)
        else:
            _write_folder(target, content)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from None


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    foreign = sorted({child.name for child in folder.iterdir()} - {name.partition("/")[0] for name in files})
    if foreign:
        raise UsageError(f"{folder} holds {foreign[0]}, which is not of this export; choose another --output")
    for name, content in files.items():
        _write_file(folder / name, content)


def _write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)
