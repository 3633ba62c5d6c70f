"""Errors for the person at the keyboard: what, where, which value, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WfsimError(Exception):
    """Base of every error that wfsim raises on purpose; `exit_code` is what the CLI returns."""

    exit_code = 1


class UsageError(WfsimError):
    """The command line asks for something that cannot be done (exit code 2)."""

    exit_code = 2


class ScenarioError(WfsimError):
    """A scenario is invalid (exit code 3). Prints as `file:line: path: message`."""

    exit_code = 3

    def __init__(self, message: str, *, file: str = "", line: int | None = None, path: str = "") -> None:
        self.message, self.file, self.line, self.path = message, file, line, path
        where = f"{file}:{line}" if file and line else file
        super().__init__(": ".join(part for part in (where, path, message) if part))


class RunError(WfsimError):
    """A simulation cannot go on (exit code 1): a channel that never carries a bit, for example."""


class Interrupted(WfsimError):
    """The person or the system asked the run to stop (exit code 130)."""

    exit_code = 130


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the closest known word, or an empty string."""
    match = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f" (did you mean {match[0]!r}?)" if match else ""
