"""What invariants share: their register, and records by type and turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

Line = dict[str, Any]
Invariant = Callable[[Sequence[Line]], Iterator[str]]

INVARIANTS: list[Invariant] = []
ROUNDING = 1e-9


def invariant(check: Invariant) -> Invariant:
    """Register a promise that journals keep; it yields a sentence per breach."""
    INVARIANTS.append(check)
    return check


def of(journal: Sequence[Line], *kinds: str) -> Iterator[Line]:
    """Records of these types."""
    return (line for line in journal if line["type"] in kinds)


def at(line: Line) -> str:
    """How a sentence about a record begins."""
    return f"record {line['seq']}: "


def turn(line: Line) -> tuple[str, int]:
    """What tells a device's turns apart: its name and the round, or its own count where it does not wait for rounds."""
    return line["device"], line["round"]


def named(line: Line) -> str:
    """A turn in words."""
    return f"{line['device']} in round {line['round']}"


def differ(one: float, other: float) -> bool:
    """Whether two numbers differ by more than rounding."""
    return abs(one - other) > ROUNDING * max(abs(one), abs(other), 1.0)


def has_ended(journal: Sequence[Line]) -> bool:
    """Whether the run was over."""
    return bool(journal) and journal[-1]["type"] == "run_ended"
