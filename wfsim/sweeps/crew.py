"""The worker processes of a sweep, as its own process sees them."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import wfsim
from wfsim.results.directory import FAILED, INTERRUPTED
from wfsim.sweeps.messages import Brief, Ended, Order, Progress, Stop
from wfsim.sweeps.plan import Task

News = tuple[Task, Progress | Ended | None]


class Crew:
    """At most `size` processes, each running one cell at a time; one that dies fails its cell and is replaced."""

    def __init__(self, brief: Brief, size: int) -> None:
        self._brief, self._size = brief, size
        self._inbox: queue.SimpleQueue[tuple[_Worker, Progress | Ended | None]] = queue.SimpleQueue()
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, Task] = {}
        self._stopping = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in [*self._idle, *self._busy]:
            worker.kill()

    def news(self, tasks: Iterable[Task]) -> Iterator[News]:
        """Run all tasks; tells when one starts (None), closes a round and ends. May be called again after a break."""
        waiting = deque(tasks)
        while True:
            while waiting and not self._stopping and len(self._busy) < self._size:
                yield self._start(waiting.popleft()), None
            if not self._busy:
                return
            worker, message = self._inbox.get()
            task = self._busy.get(worker)
            if isinstance(message, Progress) and task is not None:
                yield task, message
            elif task is not None:
                yield task, self._end(worker, message)

    def stop(self) -> None:
        """Start nothing more and ask running cells to stop; once, for a second request would cut the first short."""
        if not self._stopping:
            self._stopping = True
            for worker in self._busy:
                worker.tell(Stop())

    def _start(self, task: Task) -> Task:
        worker = self._idle.pop() if self._idle else _Worker(self._brief, self._inbox)
        self._busy[worker] = task
        worker.tell(Order(number=task.cell.number, run_id=task.run_id, path=task.path))
        return task

    def _end(self, worker: _Worker, message: Ended | None) -> Ended:
        del self._busy[worker]
        if message is not None:
            self._idle.append(worker)
            outside = message.status == INTERRUPTED and not self._stopping
            return Ended(status=FAILED, cause="stopped by a signal from outside") if outside else message
        cause = worker.last_words()
        worker.kill()
        return Ended(status=INTERRUPTED if self._stopping else FAILED, cause=cause)


class _Worker:
    """One process; what it tells goes into `inbox`, None once it is gone."""

    def __init__(self, brief: Brief, inbox: queue.SimpleQueue[Any]) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        with _signals_kept_away():
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "wfsim.sweeps.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env=_environment(),
            )
        threading.Thread(target=self._listen, args=(inbox,), daemon=True).start()
        self.tell(brief)

    def tell(self, message: Brief | Order | Stop) -> None:
        """Send a message; a process that is gone is noticed where it should have answered."""
        with suppress(BrokenPipeError):
            pickle.dump(message, self._process.stdin)
            self._process.stdin.flush()

    def kill(self) -> None:
        """End the process now and wait for its end."""
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._stderr.close()

    def last_words(self) -> str:
        """How a process died, and the last line it wrote."""
        code = self._process.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        self._stderr.seek(0)
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        return f"its process died ({how}){': ' + ' '.join(lines[-1].split()) if lines else ''}"

    def _listen(self, inbox: queue.SimpleQueue[Any]) -> None:
        message: Progress | Ended | None = None
        while True:
            try:
                message = pickle.load(self._process.stdout)
            except (EOFError, pickle.UnpicklingError):  # the end, or cut in the middle of a message
                break
            inbox.put((self, message))
        inbox.put((self, None))


@contextmanager
def _signals_kept_away() -> Iterator[None]:
    """Processes started within never see a Ctrl-C or SIGTERM sent to the whole group: they stop when they are asked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _environment() -> dict[str, str]:
    """This wfsim for the worker, and one thread for NumPy's and torch's own pools, which nothing here uses."""
    package = str(Path(wfsim.__file__).parents[1])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    return {"OMP_NUM_THREADS": "1", **os.environ, "PYTHONPATH": path}
