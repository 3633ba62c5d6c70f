"""Output that cannot be written is dropped, so that a run outlives its reader."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO


class Expendable:
    """A stream on a file descriptor. At the first failure (closed pipe, full disk) the descriptor leads to nowhere.

    Also what is still buffered then goes there: Python's own flush at exit would fail otherwise.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            self._drop()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            self._drop()
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _drop(self) -> None:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), self._stream.fileno())


@contextmanager
def expendable_output() -> Iterator[None]:
    """Within it, what stdout and stderr do not take is dropped."""
    with redirect_stdout(_expendable(sys.stdout)) as out, redirect_stderr(_expendable(sys.stderr)):
        try:
            yield
        finally:
            if out is not None:
                out.flush()


def _expendable(stream: TextIO | None) -> Any:
    return stream if stream is None else Expendable(stream)  # None: the shell closed it
