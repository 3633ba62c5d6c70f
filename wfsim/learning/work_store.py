"""Computed work on disk, addressed by what it was computed from, so that it is computed once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from wfsim.learning.array_file import DRAFT, DamagedFile, read_arrays, write_arrays

_SUFFIX = ".work"
_SLACK = 16  # the folder is measured again after a sixteenth of the limit was written


class WorkStore:
    """A folder of results by key. Several processes may share it; a damaged entry counts as absent and is removed.

    With `limit_bytes` the entries that were longest unused are removed whenever the folder outgrows it.
    """

    def __init__(self, folder: Path, limit_bytes: int | None = None) -> None:
        self._folder, self._limit_bytes = folder, limit_bytes
        self._written_bytes = 0
        self._damaged: set[str] = set()
        self._used: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> list[NDArray[Any]] | None:
        """The arrays under a key, None where there are none or they are damaged."""
        path = self._path(key)
        try:
            facts, arrays = read_arrays(path)
        except DamagedFile:
            facts, arrays = {}, []
        except OSError:  # not there, or not ours to read
            return None
        if facts.get("key") == key:
            _mark_used(path)
            self._used.add(key)
            return arrays
        self._damaged.add(key)
        _remove(path)
        return None

    def take_damaged(self, key: str) -> bool:
        """Whether the entry under a key was found damaged since this was last asked."""
        found = key in self._damaged
        self._damaged.discard(key)
        return found

    def put(self, key: str, arrays: Sequence[NDArray[Any]]) -> None:
        """Keep arrays under a key."""
        write_arrays(self._path(key), {"key": key}, arrays)
        self._used.add(key)
        self._written_bytes += sum(array.nbytes for array in arrays)
        if self._limit_bytes is not None and self._written_bytes >= self._limit_bytes / _SLACK:
            self._trim(self._limit_bytes)

    def forget_used(self) -> None:
        """Remove what was put or found through this object; a resumed run still needs what it has not come to."""
        while self._used:
            self._path(self._used.pop()).unlink(missing_ok=True)

    def size_bytes(self) -> int:
        """Bytes of all entries."""
        return sum(size for _, size, _ in self._entries())

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"

    def _trim(self, limit_bytes: int) -> None:
        self._written_bytes = 0
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if total <= limit_bytes:
                return
            _remove(path)
            total -= size

    def _entries(self) -> list[tuple[float, int, Path]]:
        """Time of last use, bytes and path, drafts of killed processes included; what is gone meanwhile is left out."""
        entries = []
        for path in (*self._folder.glob(f"*{_SUFFIX}"), *self._folder.glob(f".*{_SUFFIX}.*{DRAFT}")):
            with suppress(FileNotFoundError):
                state = path.stat()
                entries.append((state.st_mtime, state.st_size, path))
        return entries


def stored(store: WorkStore, key: str, compute: Callable[[], Sequence[NDArray[Any]]]) -> list[NDArray[Any]]:
    """The arrays under a key, computed where there are none; a store that takes nothing saves nothing."""
    found = store.get(key)
    if found is not None:
        return found
    made = list(compute())
    with suppress(OSError):
        store.put(key, made)
    return made


def _mark_used(path: Path) -> None:
    with suppress(OSError):  # another process has removed it, or it may only be read
        os.utime(path)


def _remove(path: Path) -> None:
    with suppress(OSError):  # as above
        path.unlink()
