"""What `run` and `resume` share: progress while a simulation goes on, and its report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wfsim.cli._output import console, print_facts, print_json, say
from wfsim.cli._stopping import insist

if TYPE_CHECKING:
    from wfsim.results.directory import Run
    from wfsim.scenario.schema import Stop
    from wfsim.trace import Sink


class LineCount:
    """A sink that counts journal lines; none means that nothing was simulated."""

    def __init__(self) -> None:
        self.lines = 0

    def __call__(self, _: object) -> None:
        self.lines += 1


@contextmanager
def simulating(stop: Stop, *, as_json: bool) -> Iterator[Sequence[Sink]]:
    """Sinks that show the progress of a run; the first one counts, the last one stops it."""
    from wfsim.cli._progress import progress

    with progress(console(stderr=as_json), stop) as sink:
        yield LineCount(), sink, insist


def report(done: Run, *, finished_earlier: bool, as_json: bool) -> None:
    """What came of a run."""
    if as_json:
        print_json(
            {
                "run": str(done.path),
                "run_id": done.manifest["run_id"],
                "status": done.status,
                "finished_earlier": finished_earlier,
                "summary": done.summary,
            }
        )
    else:
        _print_summary(done, finished_earlier)


def _print_summary(done: Run, finished_earlier: bool) -> None:
    from wfsim.cli import _summary

    out = console()
    print_facts(out, _summary.rows(done.summary))
    for sentence in _summary.sentences(done.summary):
        say(out, sentence)
    say(out, f"{done.path}" + (": finished earlier; --force runs it again" if finished_earlier else ""))
