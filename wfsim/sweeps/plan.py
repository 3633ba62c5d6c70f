"""What a sweep is to do: its cells, and one run directory for each run among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wfsim.errors import RunError, ScenarioError, UsageError
from wfsim.results.directory import COMPLETED, Run
from wfsim.scenario.cells import Batch, Cell
from wfsim.scenario.identity import run_id
from wfsim.simulate import RUNS
from wfsim.world.checks import check_scenario


@dataclass(frozen=True, kw_only=True)
class Task:
    """One run: `cell` is the first cell that asks for it."""

    cell: Cell
    run_id: str
    path: Path

    def is_complete(self) -> bool:
        """Whether its directory holds this run, completed."""
        if not (self.path / "manifest.json").is_file():
            return False
        manifest = Run(self.path).manifest
        return (manifest["run_id"], manifest["status"]) == (self.run_id, COMPLETED)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A sweep into `folder`. `names` holds the run directory of each cell, in their order; equal cells share one."""

    folder: Path
    batch: Batch
    names: tuple[str, ...]
    tasks: Mapping[str, Task]

    def rows(self) -> Iterator[tuple[Cell, Task]]:
        """Every cell with its run, in the order of cells."""
        return ((cell, self.tasks[name]) for cell, name in zip(self.batch.cells, self.names, strict=True))

    def missing(self) -> list[Task]:
        """The runs that are not complete, in the order of cells."""
        return [task for task in self.tasks.values() if not task.is_complete()]


def make_plan(batch: Batch, out: Path | str | None = None) -> Plan:
    """Runs go to `out/<name>-<run id>`, by default `runs/<name>/<name>-<run id>`. Raises UsageError for a bad `out`."""
    folder = Path(out) if out is not None else RUNS / batch.base.name
    if folder.exists() and (not folder.is_dir() or (folder / "manifest.json").exists()):
        raise UsageError(f"{folder} is {'a run directory' if folder.is_dir() else 'a file'}; choose another --out")
    names, tasks = [], {}
    for cell in batch.cells:
        identity = run_id(cell.scenario)
        names.append(f"{cell.scenario.name}-{identity}")
        tasks.setdefault(names[-1], Task(cell=cell, run_id=identity, path=folder / names[-1]))
    return Plan(folder=folder, batch=batch, names=tuple(names), tasks=tasks)


def check(plan: Plan, tasks: list[Task]) -> None:
    """Build what may refuse each scenario. Raises ScenarioError naming the first cell that cannot be run."""
    for task in tasks:
        try:
            check_scenario(task.cell.scenario)
        except (ScenarioError, RunError) as error:
            message = error.message if isinstance(error, ScenarioError) else str(error)
            where = f"cell {task.cell.number} of {len(plan.names)}: {task.cell.label}"
            file, path = getattr(error, "file", ""), getattr(error, "path", "")
            raise ScenarioError(f"{message} ({where})", file=file, path=path) from error
