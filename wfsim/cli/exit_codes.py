"""What the exit code of every command means."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INVALID: Final = 3
SOME_FAILED: Final = 4
INTERRUPTED: Final = 130

MEANINGS: Final = {
    DONE: "done",
    FAILED: "the run failed or a check found a fault",
    USAGE: "wrong usage",
    INVALID: "invalid scenario",
    SOME_FAILED: "some runs of a sweep failed",
    INTERRUPTED: "interrupted",
}


def sentence() -> str:
    """`Exit codes: 0 done, 1 ...` for the help."""
    return f"Exit codes: {', '.join(f'{code} {meaning}' for code, meaning in MEANINGS.items())}."
