"""Run every cell of a sweep that is not complete yet."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from wfsim.errors import Interrupted, UsageError
from wfsim.results.directory import FAILED, Run
from wfsim.scenario.cells import load_batch
from wfsim.scenario.load import Overrides
from wfsim.simulate import Resources, open_cache
from wfsim.sweeps.crew import Crew, News
from wfsim.sweeps.messages import Brief, Ended, Progress
from wfsim.sweeps.plan import Plan, Task, check, make_plan
from wfsim.sweeps.table import Row, Table

MOST_WORKERS = 8
CACHE = ".cache"
_LEAST_GAP_S = 1.0


class Watcher:
    """Is told what happens in a sweep; overwrite what you want to hear."""

    def began(self, plan: Plan, missing: list[Task]) -> None:
        """The sweep starts; these runs are not complete yet."""

    def started(self, task: Task) -> None:
        """A run starts or goes on."""

    def progressed(self, task: Task, progress: Progress) -> None:
        """A run closed a round."""

    def ended(self, task: Task, ended: Ended) -> None:
        """A run is over."""

    def stopping(self) -> None:
        """Running cells were asked to stop; each finishes the chunks that it is computing."""


@dataclass(frozen=True, kw_only=True)
class SweepResult:
    """What a sweep left: `rows` are those of `sweep.csv`, `causes` say in one line why a run failed, by its name."""

    plan: Plan
    rows: tuple[Row, ...]
    causes: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The folder of the sweep."""
        return self.plan.folder

    @property
    def runs(self) -> list[Run]:
        """Every completed run once, in the order of cells."""
        return [Run(task.path) for task in self.plan.tasks.values() if task.is_complete()]

    @property
    def work(self) -> dict[str, int]:
        """Chunks and scores that the completed runs computed and found in the cache: the sums of their manifests."""
        counts: Counter[str] = Counter()
        for run in self.runs:
            counts.update(run.manifest["work"])
        return dict(sorted(counts.items()))


def sweep(
    source: str | Path,
    overrides: Overrides = (),
    out: Path | str | None = None,
    *,
    workers: int | None = None,
    keep_going: bool = True,
    cache: Path | str | bool = True,
    cache_limit_bytes: int = Resources.cache_limit_bytes,
    watcher: Watcher | None = None,
) -> SweepResult:
    """Run the cells of a scenario's `sweep` section, and of overrides such as `seed=1,2,3`, into `out/<name>-<run id>`.

    Complete runs are not run again, unfinished ones go on. `workers` processes run side by side (default: one per core,
    at most 8); results do not depend on their number. A failed run does not stop the others unless `keep_going` is off.
    `cache` is the folder through which runs share computed training, `out/.cache` for True, none for False.
    It stays, within its limit, for the next sweep. Raises ScenarioError or UsageError before anything runs, Interrupted
    on Ctrl-C, after which the same call goes on.
    """
    plan = make_plan(load_batch(source, overrides), out)
    missing = plan.missing()
    check(plan, missing)
    size = crew_size(workers, len(missing))
    shared = plan.folder / CACHE if cache is True else Path(cache) if cache else None
    resources = Resources(workers=chunk_workers(size), cache=shared, cache_limit_bytes=cache_limit_bytes)
    brief = Brief(source=str(source), overrides=overrides, resources=resources)
    with _held(plan.folder):
        open_cache(resources)
        return _Sweep(plan, watcher or Watcher()).run(brief, missing, size, keep_going=keep_going)


def crew_size(workers: int | None, tasks: int) -> int:
    """How many processes run `tasks` runs when `workers` are asked for. Raises UsageError for none."""
    if workers is not None and workers < 1:
        raise UsageError(f"at least one worker is needed, got {workers}")
    return max(1, min(workers or min(usable_cores(), MOST_WORKERS), tasks))


def chunk_workers(size: int) -> int:
    """Chunks that each of `size` processes computes at once, where the scenario leaves it open."""
    return max(1, usable_cores() // size)


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Keep a second sweep out of the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from None
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise UsageError(f"{folder}: another sweep is running into this directory") from None


class _Sweep:
    """Keeps `sweep.csv` true while the runs go on."""

    def __init__(self, plan: Plan, watcher: Watcher) -> None:
        self._plan, self._watcher, self._table = plan, watcher, Table(plan)
        self._failed: dict[str, str] = {}
        self._written_s = float("-inf")

    def run(self, brief: Brief, missing: list[Task], size: int, *, keep_going: bool) -> SweepResult:
        self._watcher.began(self._plan, missing)
        try:
            with Crew(brief, size) as crew:
                self._follow(crew, missing, keep_going=keep_going)
        finally:
            self._table.write(self._failed)
        names = {task.run_id: name for name, task in self._plan.tasks.items()}
        causes = {names[identity]: cause for identity, cause in self._failed.items()}
        return SweepResult(plan=self._plan, rows=tuple(self._table.rows(self._failed)), causes=causes)

    def _follow(self, crew: Crew, missing: list[Task], *, keep_going: bool) -> None:
        try:
            for news in crew.news(missing):
                self._note(news)
                if self._failed and not keep_going:
                    crew.stop()
        except KeyboardInterrupt:
            self._watcher.stopping()
            with suppress(KeyboardInterrupt):  # a second one: the crew is left, and so killed, at once
                crew.stop()
                for news in crew.news(()):
                    self._note(news)
            left = len(self._plan.missing())
            done = f"{len(self._plan.tasks) - left} of {len(self._plan.tasks)} runs are complete"
            raise Interrupted(f"interrupted; {done} in {self._plan.folder}; the same command goes on") from None

    def _note(self, news: News) -> None:
        task, message = news
        if message is None:
            self._watcher.started(task)
        elif isinstance(message, Progress):
            self._watcher.progressed(task, message)
        else:
            self._note_end(task, message)

    def _note_end(self, task: Task, ended: Ended) -> None:
        if ended.status == FAILED:
            self._failed[task.run_id] = ended.cause
        self._watcher.ended(task, ended)
        if time.monotonic() - self._written_s >= _LEAST_GAP_S:
            self._table.write(self._failed)
            self._written_s = time.monotonic()
