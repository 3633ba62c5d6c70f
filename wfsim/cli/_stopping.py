"""SIGINT and SIGTERM: raised as KeyboardInterrupt, and remembered, for a library may turn that into another error.

So does pydantic within a serializer; and where Python calls back from C or collects garbage the exception is lost.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

_asked = threading.Event()


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it both signals raise, so that a run directory is brought to its end. An ignored SIGINT stays ignored."""
    _asked.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, _stop) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def asked_to_stop() -> bool:
    """Whether a signal came since `stoppable` was last entered."""
    return _asked.is_set()


def insist(_: object) -> None:
    """A journal sink: raises KeyboardInterrupt again where the first one was lost."""
    if _asked.is_set():
        raise KeyboardInterrupt


def _stop(signum: int, frame: object) -> NoReturn:
    _asked.set()
    raise KeyboardInterrupt
