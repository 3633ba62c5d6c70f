"""Run a scenario into a run directory."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfsim import trace
from wfsim.errors import Interrupted, RunError, UsageError
from wfsim.results import directory as layout
from wfsim.results.log import LogSink
from wfsim.results.manifest import opening_manifest
from wfsim.results.rounds import write_rounds
from wfsim.results.summary import Summary
from wfsim.scenario.identity import run_id
from wfsim.scenario.load import load_scenario, write_resolved
from wfsim.scenario.schema import Scenario

if TYPE_CHECKING:
    from wfsim.learning.work_store import WorkStore
    from wfsim.world.federation import Federation
    from wfsim.world.memory import Memory

RUNS = Path("runs")
_WORK_LOG = "work.log"
_DEVICES_WORTH_PROCESSES = 1_000


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a run may use of this machine; none of it changes a result.

    `workers` chunks of training are computed at once, or cells that run apart simulated in so many processes (None: as
    the scenario says, else one per core). `cache` is a
    folder of computed training that runs share, at most about `cache_limit_bytes` of it.
    """

    workers: int | None = None
    cache: Path | None = None
    cache_limit_bytes: int = 2_000_000_000


def default_directory(scenario: Scenario) -> Path:
    """`runs/<name>-<run id>`."""
    return RUNS / f"{scenario.name}-{run_id(scenario)}"


def run(
    scenario: Scenario | str | Path,
    out: Path | str | None = None,
    *,
    sinks: Sequence[trace.Sink] = (),
    force: bool = False,
    resources: Resources = Resources(),
) -> layout.Run:
    """Simulate a scenario (or the one at a path or of a packaged name) and return its run directory.

    The directory is `out` or `runs/<name>-<run id>`. One that already holds this very run, completed, is returned as it
    is, and an unfinished attempt at it is resumed, unless `force` is set. `sinks` see every journal line, those of a
    resumed run's past included. `resources` change no result.
    Raises ScenarioError before anything is written where the scenario cannot be built, RunError when the simulation
    cannot go on, Interrupted on Ctrl-C; after the latter two the directory says so and can be read and resumed.
    """
    from wfsim.world.checks import check_scenario

    scenario = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    check_scenario(scenario)
    identity = run_id(scenario)
    path = Path(out) if out is not None else default_directory(scenario)
    cache = open_cache(resources)
    with layout.claimed(path, identity, force=force) as free:
        if free:
            attempt = _Attempt(scenario, path, identity)
            with attempt.recorded():
                attempt.simulate(sinks, cache, resources.workers)
    return layout.Run(path)


def resume(path: Path | str, *, sinks: Sequence[trace.Sink] = (), resources: Resources = Resources()) -> layout.Run:
    """Go on with the run in a directory; one that is completed is returned as it is. Raises as `resumable` and `run`.

    The event loop runs again from the start on recorded facts, and what had been computed is not computed again: the
    result is byte for byte that of an uninterrupted run.
    """
    return run(resumable(path), path, sinks=sinks, resources=resources)


def resumable(path: Path | str) -> Scenario:
    """The scenario that the run in a directory began with.

    Raises UsageError where it is missing, or code, data or weights are no longer those of the beginning.
    """
    held = layout.Run(path)
    file = held.path / "scenario.yaml"
    if not file.is_file():
        raise UsageError(f"{file}: no such file; the run did not get that far, so there is nothing to resume")
    scenario = load_scenario(file)
    if held.status != layout.COMPLETED and run_id(scenario) != held.manifest["run_id"]:
        raise UsageError(
            f"{held.path}: scenario.yaml, code, data or weights have changed since the run began; "
            f"`wfsim run {file} --out {held.path} --force` starts it afresh"
        )
    return scenario


def open_cache(resources: Resources) -> WorkStore | None:
    """The folder of shared training, made if need be, None where none is asked for. Raises UsageError if it cannot."""
    from wfsim.learning.work_store import WorkStore

    if resources.cache is None:
        return None
    try:
        return WorkStore(resources.cache, resources.cache_limit_bytes)
    except OSError as error:
        raise UsageError(f"{resources.cache} cannot be a cache: {error.strerror}") from None


class _Attempt:
    """One attempt at a run: keeps the manifest true from the first moment to the last."""

    def __init__(self, scenario: Scenario, path: Path, identity: str) -> None:
        self._scenario, self._path = scenario, path
        self._held = trace.recover_journal(path / "journal.jsonl")
        self._manifest: dict[str, Any] = opening_manifest(identity, scenario.name) | layout.earlier_attempt(path)
        self._summary = Summary()
        self._started_s = time.monotonic()
        self._write_manifest()
        write_resolved(scenario, path / "scenario.yaml")

    def simulate(self, sinks: Sequence[trace.Sink], cache: WorkStore | None, workers: int | None) -> None:
        """Build and run the world, the journal going to its file, the summary, the log and `sinks`."""
        from threadpoolctl import threadpool_limits

        from wfsim.world.build import build_world
        from wfsim.world.execute import execute

        file = trace.FileSink(self._path / "journal.jsonl", self._held)
        log = LogSink(self._path / "log.txt")
        journal = trace.Journal([file, self._summary, log, *sinks])
        try:
            with threadpool_limits(1):  # NumPy's BLAS must not depend on the number of cores; torch sees to itself
                memory = self._memory(file, cache, workers)
                world = build_world(self._scenario, journal, memory, _processes(self._scenario, workers))
                self._manifest["processes"] = world.shards.processes if world.shards is not None else 1
                self._manifest["data_digest"] = world.workload.dataset.digest
                self._write_manifest()
                try:
                    self._manifest["events"] = execute(world)
                finally:
                    self._export(world.federation)
        finally:
            file.close()
            log.close()
            self._manifest["digest"] = journal.digest

    def _export(self, federation: Federation) -> None:
        from safetensors import SafetensorError

        try:
            federation.export(self._path / "adapter")
        except SafetensorError as error:
            raise RunError(f"{self._path / 'adapter'} cannot be written: {error}; {self._advice()}") from error

    def _memory(self, file: trace.FileSink, cache: WorkStore | None, workers: int | None) -> Memory:
        """Checkpoints and computed work in the run's own folder, beside the shared cache if there is one."""
        from wfsim.learning.work import Work
        from wfsim.learning.work_store import WorkStore
        from wfsim.world.checkpoint import Keeper
        from wfsim.world.memory import Memory

        folder = self._path / layout.CHECKPOINTS
        own = WorkStore(folder)
        work = Work(own=own, cache=cache, log=folder / _WORK_LOG, workers=workers)
        keeper = Keeper(path=folder / "federation.ckpt", flush=file.flush, written=own.forget_used)
        return Memory(work=work, keeper=keeper, recorded=self._held)

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Write tables and the manifest however the attempt ends."""
        try:
            yield
        except KeyboardInterrupt:
            self._finish(layout.INTERRUPTED)
            raise Interrupted(
                f"interrupted at {self._simulated()}; what was done is in {self._path}; {self._advice()}"
            ) from None
        except OSError as error:
            with suppress(OSError):  # a full disk may not even take the manifest
                self._finish(layout.FAILED, traceback=traceback.format_exc())
            raise RunError(f"{error.filename or self._path}: {error.strerror or error}; {self._advice()}") from error
        except BaseException:
            self._finish(layout.FAILED, traceback=traceback.format_exc())
            raise
        self._finish(layout.COMPLETED)
        layout.forget_checkpoints(self._path)

    def _advice(self) -> str:
        return f"`wfsim resume {self._path}` goes on from there"

    def _simulated(self) -> str:
        return f"t = {self._summary.values()['simulated_s']:g} s"

    def _finish(self, status: str, **facts: Any) -> None:
        from wfsim.learning.work import work_counts

        if status != layout.COMPLETED:
            self._fold_journal()
        write_rounds(self._path / "rounds.csv", self._summary.table.rows)
        layout.write_json(self._path / "summary.json", self._summary.values())
        self._manifest |= {"status": status, "wall_s": time.monotonic() - self._started_s, **facts}
        self._manifest["work"] = work_counts(self._path / layout.CHECKPOINTS / _WORK_LOG)
        self._write_manifest()

    def _fold_journal(self) -> None:
        """Numbers and digest of what the file holds: a stop may come within a record, or while the past is replayed."""
        self._summary, self._manifest["digest"] = Summary(), trace.Journal().digest
        for line in trace.recover_journal(self._path / "journal.jsonl"):
            self._summary(line)
            self._manifest["digest"] = line["hash"]

    def _write_manifest(self) -> None:
        layout.write_json(self._path / "manifest.json", self._manifest)


def _processes(scenario: Scenario, workers: int | None) -> int:
    """How many may simulate cells side by side: starting them takes as long as a few hundred turns of devices."""
    from wfsim.world.forked import most_processes

    if len(scenario.topology.device_names()) < _DEVICES_WORTH_PROCESSES:
        return 1
    return min(workers or scenario.learning.engine.chunk_workers or most_processes(), most_processes())
