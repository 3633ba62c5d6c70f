"""Output that nobody takes any more is dropped: a pipe's reader may leave early, and a run outlives its reader."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO


class Expendable:
    """A stream on a file descriptor. At the first failure the descriptor leads to nowhere; `forgiven` ones end there.

    Also what is still buffered then goes there: Python's own flush at exit would fail otherwise.
    """

    def __init__(self, stream: TextIO, forgiven: type[OSError] = OSError) -> None:
        self._stream, self._forgiven = stream, forgiven

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            self._drop(error)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._drop(error)
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _drop(self, error: OSError) -> None:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), self._stream.fileno())
        if not isinstance(error, self._forgiven):
            raise error


@contextmanager
def expendable_output(forgiven: type[OSError] = OSError) -> Iterator[None]:
    """Within it, what stdout and stderr do not take for a `forgiven` reason is dropped; for another it is raised."""
    streams = (None if stream is None else Expendable(stream, forgiven) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(next(streams)) as out, redirect_stderr(next(streams)):  # None: the shell closed it
        try:
            yield
        finally:
            if out is not None:
                out.flush()
