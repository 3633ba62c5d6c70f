"""Work done once: looked up by content before it is computed, kept where a resumed run or another run finds it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from wfsim.learning.work_store import WorkStore

Arrays = list[NDArray[Any]]


@dataclass(kw_only=True, eq=False)
class Work:
    """Where computed work is kept, and how much of it is computed at once. The default keeps nothing.

    `own` holds what this run computed since its last checkpoint, `cache` is shared with other runs, `log` gets one line
    for every piece of work that was begun or found in the cache, and survives a kill. `workers` pieces at a time.
    """

    own: WorkStore | None = None
    cache: WorkStore | None = None
    log: Path | None = None
    workers: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self, kind: str, key: str, compute: Callable[[], Sequence[NDArray[Any]]]) -> Arrays:
        """The arrays under a key, computed only if they are kept nowhere."""
        found = self.own.get(key) if self.own is not None else None
        if found is None and self.cache is not None:
            found = self._from_cache(self.cache, kind, key)
        if found is None:
            self._note("begun", kind, key)
            found = list(compute())
            self._keep(key, found)
            self._share(kind, key, found)
        return found

    def _from_cache(self, cache: WorkStore, kind: str, key: str) -> Arrays | None:
        found = cache.get(key)
        if found is not None:
            self._note("cached", kind, key)
            self._keep(key, found)
        elif cache.take_damaged(key):
            self._note("damaged", kind, key)
        return found

    def _keep(self, key: str, arrays: Arrays) -> None:
        if self.own is not None:
            self.own.put(key, arrays)

    def _share(self, kind: str, key: str, arrays: Arrays) -> None:
        """A cache that takes nothing (full disk, no right to write) saves nothing and stops nobody."""
        try:
            if self.cache is not None:
                self.cache.put(key, arrays)
        except OSError:
            self._note("unshared", kind, key)

    def _note(self, what: str, kind: str, key: str) -> None:
        if self.log is not None:
            with self._lock, self.log.open("a", encoding="utf-8") as file:
                file.write(f"{what} {kind} {key}\n")


def work_counts(log: Path) -> dict[str, int]:
    """What a log says: pieces computed, computed again after a kill, found in the cache; the faults of the cache."""
    lines = log.read_text(encoding="utf-8").split("\n") if log.is_file() else []
    seen = Counter(tuple(line.split(" ")) for line in lines if line.count(" ") == 2)
    named = {"cache_entries_damaged": "damaged", "cache_entries_not_written": "unshared"}
    counts = {name: sum(1 for what, _, _ in seen if what == mark) for name, mark in named.items()}
    for kind in ("chunk", "score"):
        begun = [times for (what, of, _), times in seen.items() if (what, of) == ("begun", kind)]
        counts[f"{kind}s_computed"] = len(begun)
        counts[f"{kind}s_repeated"] = sum(begun) - len(begun)
        counts[f"{kind}s_from_cache"] = sum(1 for what, of, _ in seen if (what, of) == ("cached", kind))
    return counts
