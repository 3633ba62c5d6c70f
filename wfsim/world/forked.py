"""A shard in a process of its own, forked off once everything is built: nothing is built or sent twice."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection

from wfsim.errors import RunError
from wfsim.world.shard import Shard


def most_processes() -> int:
    """How many can be of use here: one per core, and one alone where processes cannot be forked safely."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


class Forked:
    """Asks a shard in another process; it never sees a Ctrl-C, and ends when it is stopped or this process is gone."""

    def __init__(self, shard: Shard) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        with _quietly():
            fork = multiprocessing.get_context("fork")
            self._process = fork.Process(target=_serve, args=(shard, theirs, self._pipe), daemon=True)
            self._process.start()
        theirs.close()

    def ask(self, what: str, *given: object) -> None:
        """Have it do something; more than one thing may be asked before the first answer."""
        with suppress(ConnectionError):  # a process that is gone is noticed where it should have answered
            self._pipe.send((what, given))

    def answer(self) -> object:
        """What came of the oldest question. Raises RunError if the process has died."""
        return self.later()()

    def later(self) -> Callable[[], object]:
        """What gives the same, taken in now (so that the process can go on) and read when it is called."""
        try:
            taken = self._pipe.recv_bytes()
        except (EOFError, ConnectionError):
            self._process.join()
            raise RunError(f"a process that simulated cells died (exit code {self._process.exitcode})") from None
        return partial(_read, taken)

    def stop(self) -> None:
        """End the process now."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _read(taken: bytes) -> object:
    found, failure = pickle.loads(taken)
    if failure is not None:
        raise RuntimeError(f"in a process that simulated cells:\n{failure}")
    return found


@contextmanager
def _quietly() -> Iterator[None]:
    """No signal and no garbage collection in the middle of it.

    Python warns of forking beside threads, which may hold locks: the child uses nothing that others here lock.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    gc.freeze()  # a collection in the child would otherwise copy all memory that is shared
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(shard: Shard, pipe: Connection, parents: Connection) -> None:
    parents.close()  # or the end of the parent would go unnoticed
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    while True:
        try:
            what, given = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((getattr(shard, what)(*given), None))
        except ConnectionError:
            return
        except Exception:  # whatever it is, the parent tells
            pipe.send((None, traceback.format_exc()))
