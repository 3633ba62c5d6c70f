"""What a sweep shows while it goes on: bars on a terminal, one line per run elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from wfsim.cli._output import say
from wfsim.cli._progress import share_done
from wfsim.cli._quantities import number
from wfsim.results.directory import COMPLETED, FAILED
from wfsim.sweeps.messages import Ended
from wfsim.sweeps.messages import Progress as Round
from wfsim.sweeps.plan import Plan, Task
from wfsim.sweeps.sweep import Watcher


class Lines(Watcher):
    """Says what there is to do, and every run's end with its place among all runs; failures with their cause."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.over = self.all = self.failed = 0

    def began(self, plan: Plan, missing: list[Task]) -> None:
        self.all = len(plan.tasks)
        self.over = self.all - len(missing)
        say(self.console, f"{plan.folder}: {counted(plan, missing)}")

    def ended(self, task: Task, ended: Ended) -> None:
        if ended.status in (COMPLETED, FAILED):
            self.over += 1
            self.failed += ended.status == FAILED
        if ended.status == FAILED or not self.console.is_terminal:
            say(self.console, f"{self.over}/{self.all} {ended.status}: {task.cell.label}{_because(ended)}")

    def stopping(self) -> None:
        say(self.console, "stopping once the training under way is done; Ctrl-C again stops at once")


class Bars(Lines):
    """One bar for the sweep and one for every running cell; failures stand above them."""

    def __init__(self, bars: Progress) -> None:
        super().__init__(bars.console)
        self._bars, self._running = bars, dict[str, TaskID]()
        self._whole = bars.add_task("looking for complete runs", total=None)

    def began(self, plan: Plan, missing: list[Task]) -> None:
        super().began(plan, missing)
        self._show_whole()

    def started(self, task: Task) -> None:
        self._running[task.run_id] = self._bars.add_task(f"starting  {task.cell.label}", total=1.0)

    def progressed(self, task: Task, progress: Round) -> None:
        stop = task.cell.scenario.stop
        total = f"/{stop.rounds}" if stop.rounds is not None else ""
        self._bars.update(
            self._running[task.run_id],
            completed=share_done({"round": progress.round, "t_s": progress.t_s}, stop),
            description=f"round {progress.round}{total}  t = {number(progress.t_s)} s  {task.cell.label}",
        )

    def ended(self, task: Task, ended: Ended) -> None:
        super().ended(task, ended)
        self._bars.remove_task(self._running.pop(task.run_id))
        self._show_whole()

    def _show_whole(self) -> None:
        text = f"{self.over} of {self.all} runs done" + (f", {self.failed} failed" if self.failed else "")
        self._bars.update(self._whole, completed=self.over, total=self.all, description=text)


def counted(plan: Plan, missing: list[Task]) -> str:
    """`30 cells, 12 of 30 runs complete`."""
    cells, runs = len(plan.names), len(plan.tasks)
    return f"{cells} cell{'s' if cells != 1 else ''}, {runs - len(missing)} of {runs} runs complete"


@contextmanager
def watching(console: Console) -> Iterator[Watcher]:
    """A watcher that shows a sweep on this console."""
    if not console.is_terminal:
        yield Lines(console)
        return
    text = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis"))
    columns = (text, BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        yield Bars(bars)


def _because(ended: Ended) -> str:
    return f": {ended.cause}" if ended.cause else ""
