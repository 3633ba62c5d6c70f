"""A worker process of a sweep: `python -m wfsim.sweeps.worker`, cells in through stdin, news out through stdout.

It dies when its stdin ends, which happens as soon as the sweep's own process is gone, however that went.
"""

from __future__ import annotations

import _thread
import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from wfsim import simulate
from wfsim.errors import Interrupted, UsageError, WfsimError
from wfsim.results.directory import COMPLETED, FAILED, INTERRUPTED
from wfsim.scenario.cells import Cell, load_batch
from wfsim.scenario.identity import run_id
from wfsim.sweeps.messages import Brief, Ended, Order, Progress, Stop
from wfsim.trace import Sink

_LEAST_GAP_S = 0.1

Tell = Callable[[Progress | Ended], None]


def main() -> None:
    """Run cells until stdin ends."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a sweep started with `&` hands down an ignored one
    tell, orders = _teller(_own_stdout()), queue.SimpleQueue[Order]()
    brief: Brief = pickle.load(sys.stdin.buffer)
    stopping = threading.Event()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, orders, stopping), daemon=True).start()
    cells: dict[int, Cell] = {}
    while True:
        order = orders.get()
        tell(_outcome(brief, cells, order, tell, stopping))


def _own_stdout() -> BinaryIO:
    """The pipe to the sweep; what else is printed in this process goes to stderr."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


def _teller(pipe: BinaryIO) -> Tell:
    def tell(message: Progress | Ended) -> None:
        pickle.dump(message, pipe)
        pipe.flush()

    return tell


def _listen(stdin: BinaryIO, orders: queue.SimpleQueue[Order], stopping: threading.Event) -> None:
    while True:
        try:
            message = pickle.load(stdin)
        except (EOFError, OSError, pickle.UnpicklingError):  # no more, or cut in the middle of a message
            os._exit(0)
        if isinstance(message, Stop):
            stopping.set()
            _thread.interrupt_main()
        else:
            orders.put(message)


def _outcome(brief: Brief, cells: dict[int, Cell], order: Order, tell: Tell, stopping: threading.Event) -> Ended:
    """How the cell ended. Whatever ends it once the worker was asked to stop is no failure."""
    ended = _attempt(brief, cells, order, [_rounds(tell), _insists(stopping)])
    return Ended(status=INTERRUPTED) if stopping.is_set() and ended.status == FAILED else ended


def _attempt(brief: Brief, cells: dict[int, Cell], order: Order, sinks: Sequence[Sink]) -> Ended:
    try:
        _run(brief, _cell(brief, cells, order), order, sinks)
    except (Interrupted, KeyboardInterrupt):
        return Ended(status=INTERRUPTED)
    except WfsimError as error:
        return Ended(status=FAILED, cause=" ".join(str(error).split()))
    except Exception as error:  # whatever it is, the other cells go on; its traceback is in the run's manifest
        return Ended(status=FAILED, cause=" ".join(f"{type(error).__name__}: {error}".split()))
    return Ended(status=COMPLETED)


def _cell(brief: Brief, cells: dict[int, Cell], order: Order) -> Cell:
    """The cell as this process reads it. Raises UsageError if it is no longer the one that was planned."""
    if not cells:
        cells |= {cell.number: cell for cell in load_batch(brief.source, brief.overrides).cells}
    cell = cells.get(order.number)
    if cell is None or run_id(cell.scenario) != order.run_id:
        raise UsageError("the scenario, the data or wfsim's code changed while the sweep was running; invoke it again")
    return cell


def _run(brief: Brief, cell: Cell, order: Order, sinks: Sequence[Sink]) -> None:
    asked = cell.scenario.learning.engine.chunk_workers
    resources = replace(brief.resources, workers=asked or brief.resources.workers)
    simulate.run(cell.scenario, order.path, sinks=sinks, resources=resources)


def _rounds(tell: Tell) -> Sink:
    """A sink that tells of closed rounds, at most ten times a second."""
    told_s = float("-inf")

    def sink(line: dict[str, Any]) -> None:
        nonlocal told_s
        if line["type"] == "round_closed" and time.monotonic() - told_s >= _LEAST_GAP_S:
            told_s = time.monotonic()
            tell(Progress(round=line["round"], t_s=line["t_s"]))

    return sink


def _insists(stopping: threading.Event) -> Sink:
    """A sink that stops the cell where the KeyboardInterrupt was lost, as it is in a callback from C."""

    def sink(_: dict[str, Any]) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt

    return sink


if __name__ == "__main__":
    main()
