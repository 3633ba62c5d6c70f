"""What a run shows while it goes: a bar on a terminal, plain lines elsewhere. Both are sinks of the journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from wfsim.cli._output import say
from wfsim.cli._quantities import accuracy, number
from wfsim.results.rounds import perplexity
from wfsim.scenario.schema import Stop
from wfsim.trace import Sink

_SAME_ROUND = ("model_updated", "updates_measured", "controlled", "evaluated")
_LEAST_GAP_S = 1.0

Line = dict[str, Any]


class Rounds:
    """Folds journal lines and calls `show(round, is_last)` once for each finished round, its accuracy included."""

    def __init__(self, show: Callable[[Line, bool], None]) -> None:
        self._show = show
        self._round: Line | None = None
        self._is_language = False

    def __call__(self, line: Line) -> None:
        if line["type"] == "round_closed":
            self._round = {key: line[key] for key in ("round", "t_s", "arrived", "participants")}
        elif line["type"] == "language_task":
            self._is_language = True
        elif line["type"] == "evaluated" and self._round is not None:
            self._round["accuracy"] = line["accuracy"]
            if self._is_language:
                self._round["perplexity"] = perplexity(line["loss"])
        elif self._round is not None and line["type"] not in _SAME_ROUND:
            self._show(self._round, line["type"] in ("jobs_counted", "run_ended"))
            self._round = None


def describe_round(done: Line, stop: Stop) -> str:
    """`round 3/20  t = 17.9 s  arrived 5/5  accuracy 0.7380`."""
    total = f"/{stop.rounds}" if stop.rounds is not None else ""
    words = [
        f"round {done['round']}{total}",
        f"t = {number(done['t_s'])} s",
        f"arrived {done['arrived']}/{done['participants']}",
    ]
    if "perplexity" in done:
        words.append(f"perplexity {number(done['perplexity'])}")
    elif "accuracy" in done:
        words.append(f"accuracy {accuracy(done['accuracy'])}")
    return "  ".join(words)


def share_done(done: Line, stop: Stop) -> float:
    """How much of the run is over, by rounds or by simulated time, whichever ends it first."""
    shares = [done["round"] / stop.rounds if stop.rounds else 0.0, done["t_s"] / stop.time_s if stop.time_s else 0.0]
    return min(max(shares), 1.0)


@contextmanager
def progress(console: Console, stop: Stop) -> Iterator[Sink]:
    """A sink that shows the rounds of a run on this console."""
    if not console.is_terminal:
        yield Rounds(_lines(console, stop))
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield Rounds(
            lambda done, _: bar.update(task, completed=share_done(done, stop), description=describe_round(done, stop))
        )


def _lines(console: Console, stop: Stop) -> Callable[[Line, bool], None]:
    """Prints the first and the last round, and between them at most one line per second of wall time."""
    shown_at_s = float("-inf")

    def show(done: Line, is_last: bool) -> None:
        nonlocal shown_at_s
        if is_last or time.monotonic() - shown_at_s >= _LEAST_GAP_S:
            say(console, describe_round(done, stop))
            shown_at_s = time.monotonic()

    return show
