"""How old what arrives is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Staleness:
    """Versions between an update's base and its arrival, in order of arrival; `mean` and `max` None without any."""

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
    """Staleness of every update of which something arrived (coverage > 0)."""
    arrivals = (line for line in lines if line["type"] == "update_arrived" and line["coverage"] > 0.0)
    return Staleness(values=tuple(line["staleness"] for line in arrivals))
