"""`log.txt`: a run in plain lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class LogSink:
    """A sink of the journal: one plain line per closed round and per evaluation."""

    _TEXTS = {
        "round_closed": "round {round} closed at t = {t_s:.6g} s: {arrived} of {participants} arrived, "
        "coverage {coverage:.4f}, {overtaken} overtaken",
        "evaluated": "round {round}: accuracy {accuracy:.4f}, loss {loss:.4f}",
        "nobody_available": "t = {t_s:.6g} s: nobody is available",
        "run_ended": "ended at t = {t_s:.6g} s after {rounds} rounds: {reason}",
    }

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n", buffering=1)

    def __call__(self, line: dict[str, Any]) -> None:
        if line["type"] in self._TEXTS:
            self._file.write(self._TEXTS[line["type"]].format(**line) + "\n")

    def close(self) -> None:
        """Flush and close."""
        self._file.close()
