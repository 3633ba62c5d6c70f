"""How old updates are when they are used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Staleness:
    """Versions made between an update's base and its use, in order of use; `mean` and `max` None without any."""

    values: tuple[int, ...]

    @property
    def mean(self) -> float | None:
        """Arithmetic mean."""
        return sum(self.values) / len(self.values) if self.values else None

    @property
    def max(self) -> int | None:
        """The stalest."""
        return max(self.values, default=None)


def staleness(lines: Iterable[dict[str, Any]]) -> Staleness:
    """Staleness of every upload that a round took."""
    taken = (line["staleness"] for line in lines if line["type"] == "round_closed")
    return Staleness(values=tuple(age for ages in taken for age in ages))
