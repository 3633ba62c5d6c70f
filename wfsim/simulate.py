"""Run a scenario into a run directory."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wfsim import trace
from wfsim.errors import Interrupted
from wfsim.results import directory as layout
from wfsim.results.manifest import opening_manifest
from wfsim.results.rounds import write_rounds
from wfsim.results.summary import Summary
from wfsim.scenario.identity import run_id
from wfsim.scenario.load import load_scenario, write_resolved
from wfsim.scenario.schema import Scenario

RUNS = Path("runs")


def default_directory(scenario: Scenario) -> Path:
    """`runs/<name>-<run id>`."""
    return RUNS / f"{scenario.name}-{run_id(scenario)}"


def run(
    scenario: Scenario | str | Path,
    out: Path | str | None = None,
    *,
    sinks: Sequence[trace.Sink] = (),
    force: bool = False,
) -> layout.Run:
    """Simulate a scenario (or the one at a path or of a packaged name) and return its run directory.

    The directory is `out` or `runs/<name>-<run id>`; one that already holds this very run, completed, is returned as it
    is unless `force` is set. `sinks` see every journal line as it is written. Raises ScenarioError before anything is
    written where the scenario cannot be built, RunError when the simulation cannot go on, Interrupted on Ctrl-C; after
    the latter two the directory says so and can be read.
    """
    from wfsim.world.build import check_scenario

    scenario = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    check_scenario(scenario)
    identity = run_id(scenario)
    path = Path(out) if out is not None else default_directory(scenario)
    with layout.claimed(path, identity, force=force) as free:
        if free:
            attempt = _Attempt(scenario, path, identity)
            with attempt.recorded():
                attempt.simulate(sinks)
    return layout.Run(path)


class _Attempt:
    """One attempt at a run: keeps the manifest true from the first moment to the last."""

    def __init__(self, scenario: Scenario, path: Path, identity: str) -> None:
        self._scenario, self._path = scenario, path
        self._manifest: dict[str, Any] = opening_manifest(identity, scenario.name)
        self._summary = Summary()
        self._started_s = time.monotonic()
        self._write_manifest()
        write_resolved(scenario, path / "scenario.yaml")

    def simulate(self, sinks: Sequence[trace.Sink]) -> None:
        """Build and run the world, the journal going to its file, the summary, the log and `sinks`."""
        from threadpoolctl import threadpool_limits

        from wfsim.world.build import build_world
        from wfsim.world.execute import execute

        file, log = trace.FileSink(self._path / "journal.jsonl"), _LogSink(self._path / "log.txt")
        journal = trace.Journal([file, self._summary, log, *sinks])
        try:
            with threadpool_limits(1):  # NumPy's BLAS must not depend on the number of cores; torch sees to itself
                world = build_world(self._scenario, journal)
                try:
                    execute(world)
                finally:
                    world.federation.export(self._path / "adapter")
        finally:
            file.close()
            log.close()
            self._manifest["digest"] = journal.digest

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Write tables and the manifest however the attempt ends."""
        try:
            yield
        except KeyboardInterrupt:
            self._finish(layout.INTERRUPTED)
            raise Interrupted(f"interrupted at {self._simulated()}; what was done is in {self._path}") from None
        except BaseException:
            self._finish(layout.FAILED, traceback=traceback.format_exc())
            raise
        self._finish(layout.COMPLETED)

    def _simulated(self) -> str:
        return f"t = {self._summary.values()['simulated_s']:g} s"

    def _finish(self, status: str, **facts: Any) -> None:
        write_rounds(self._path / "rounds.csv", self._summary.table.rows)
        layout.write_json(self._path / "summary.json", self._summary.values())
        self._manifest |= {"status": status, "wall_s": time.monotonic() - self._started_s, **facts}
        self._write_manifest()

    def _write_manifest(self) -> None:
        layout.write_json(self._path / "manifest.json", self._manifest)


class _LogSink:
    """One plain line per closed round and per evaluation."""

    _TEXTS = {
        "round_closed": "round {round} closed at t = {t_s:.6g} s: {arrived} of {participants} arrived, "
        "coverage {coverage:.4f}",
        "evaluated": "round {round}: accuracy {accuracy:.4f}, loss {loss:.4f}",
        "nobody_available": "t = {t_s:.6g} s: nobody is available until {until_s:.6g} s",
        "run_ended": "ended at t = {t_s:.6g} s after {rounds} rounds: {reason}",
    }

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n", buffering=1)

    def __call__(self, line: dict[str, Any]) -> None:
        if line["type"] in self._TEXTS:
            self._file.write(self._TEXTS[line["type"]].format(**line) + "\n")

    def close(self) -> None:
        """Flush and close."""
        self._file.close()
