"""What accuracy is paid with: simulated seconds, bits on the air, joules of devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from wfsim.errors import UsageError, nearest
from wfsim.figures import _quantity
from wfsim.results.directory import Run
from wfsim.results.metrics import bits_to_target, energy_to_target_j, time_to_target_s

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """A running total of round rows: `spent` gives it at the end of each row in s, bits or J."""

    label: str
    units: _quantity.Units
    spent: Callable[[Rows], list[float]]
    to_target: Callable[[Rows, float], float | None]

    def until(self, rows: Rows, target: float | None) -> float | None:
        """Total up to the last evaluation, or to the first that reached `target` (0..1); None if none did."""
        if target is not None:
            return self.to_target(rows, target)
        return next(
            s for s, row in reversed(list(zip(self.spent(rows), rows, strict=True))) if row["accuracy"] is not None
        )

    def unit_of(self, largest: float) -> tuple[str, float]:
        """Name and size of the unit for totals up to `largest`."""
        return _quantity.unit_of(self.units, largest)

    def axis_label(self, unit: str, target: float | None = None) -> str:
        """The label of an axis that counts it up to the end, or up to a target accuracy (0..1)."""
        until = "" if target is None else f" to reach {100.0 * target:.4g} %"
        return f"{self.label}{until} ({unit})"


COSTS = {
    "time": Cost(
        label="Simulated time",
        units=_quantity.SECONDS,
        spent=lambda rows: [float(row["t_s"]) for row in rows],
        to_target=time_to_target_s,
    ),
    "bits": Cost(
        label="Uplink + downlink traffic",
        units=_quantity.BITS,
        spent=lambda rows: list(accumulate(float(row["uplink_bits"] + row["downlink_bits"]) for row in rows)),
        to_target=bits_to_target,
    ),
    "energy": Cost(
        label="Energy of devices",
        units=_quantity.JOULES,
        spent=lambda rows: list(accumulate(row["energy_j"] for row in rows)),
        to_target=energy_to_target_j,
    ),
}


def cost_of(name: str) -> Cost:
    """The cost of this name. Raises UsageError for an unknown one."""
    if name not in COSTS:
        raise UsageError(f"no cost called {name!r}{nearest(name, COSTS)}; known: {', '.join(COSTS)}")
    return COSTS[name]


def measured(run: Run) -> Rows:
    """All round rows of a run. Raises UsageError where none has an accuracy."""
    rows = run.rounds
    if all(row["accuracy"] is None for row in rows):
        why = "nothing was trained or evaluated (learning.kind: none?)" if rows else "no round was finished"
        raise UsageError(f"{run.path}: no accuracy to draw: {why}")
    return rows
