"""What an accuracy costs, and what accuracy a budget buys: functions of round rows, nothing interpolated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from wfsim.errors import UsageError

Row = Mapping[str, Any]


def time_to_target_s(rows: Sequence[Row], target: float) -> float | None:
    """Simulated seconds until the end of the first round whose measured accuracy >= target (0..1); None if none is."""
    return _first(rows, target, _times_s(rows))


def bits_to_target(rows: Sequence[Row], target: float, *, uplink_only: bool = False) -> float | None:
    """Bits on the air, headers included, summed up to and with the first round whose accuracy >= target; None if none.

    Uplink + downlink; the uplink alone with `uplink_only`. A broadcast counts once.
    """
    return _first(rows, target, _bits(rows, uplink_only=uplink_only))


def energy_to_target_j(rows: Sequence[Row], target: float) -> float | None:
    """Joules of the devices, summed up to and with the first round whose accuracy >= target; None if none is."""
    return _first(rows, target, _energy_j(rows))


def costs_to_target(rows: Sequence[Row], target: float) -> dict[str, float | None]:
    """Seconds, bits (all, and uplink alone) and joules to one target accuracy, by the name of a table's column.

    Raises UsageError for a target outside (0, 1].
    """
    if not 0.0 < target <= 1.0:
        raise UsageError(f"target {target:g}: an accuracy above 0 and up to 1")
    return {
        f"time_to_{target:g}_s": time_to_target_s(rows, target),
        f"bits_to_{target:g}": bits_to_target(rows, target),
        f"uplink_bits_to_{target:g}": bits_to_target(rows, target, uplink_only=True),
        f"energy_to_{target:g}_j": energy_to_target_j(rows, target),
    }


def accuracy_within(
    rows: Sequence[Row], *, time_s: float | None = None, bits: float | None = None, energy_j: float | None = None
) -> float | None:
    """Best accuracy (0..1) measured in rounds that end within every budget given; None if none was.

    `bits` are uplink + downlink. Equal to the budget is within it.
    """
    costs = zip(_times_s(rows), _bits(rows), _energy_j(rows), strict=True)
    limits = [math.inf if limit is None else limit for limit in (time_s, bits, energy_j)]
    affordable = (
        row["accuracy"]
        for row, spent in zip(rows, costs, strict=True)
        if row["accuracy"] is not None and all(cost <= limit for cost, limit in zip(spent, limits, strict=True))
    )
    return max(affordable, default=None)


def _first(rows: Sequence[Row], target: float, spent: Iterator[float]) -> float | None:
    reached = (row["accuracy"] is not None and row["accuracy"] >= target for row in rows)
    return next((cost for there, cost in zip(reached, spent, strict=True) if there), None)


def _times_s(rows: Sequence[Row]) -> Iterator[float]:
    return (row["t_s"] for row in rows)


def _bits(rows: Sequence[Row], *, uplink_only: bool = False) -> Iterator[float]:
    return accumulate(row["uplink_bits"] + (0 if uplink_only else row["downlink_bits"]) for row in rows)


def _energy_j(rows: Sequence[Row]) -> Iterator[float]:
    return accumulate(row["energy_j"] for row in rows)
