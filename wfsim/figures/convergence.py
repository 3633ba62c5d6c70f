"""Accuracy against what it cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import UsageError
from wfsim.figures import _style, figure
from wfsim.figures._experiments import experiments, labels_of
from wfsim.results.directory import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Rows = Sequence[dict[str, Any]]
Group = tuple[str, list[Rows]]

_LEGEND_LETTERS = 100  # of one line over the whole width
_LARGEST_TICK = 1e4  # above it the next larger unit is used


@dataclass(frozen=True, kw_only=True)
class _Cost:
    """What a panel counts: `spent` gives totals at the end of each row in s, bits or J; `units` are names and sizes."""

    label: str
    units: tuple[tuple[str, float], ...]
    spent: Callable[[Rows], list[float]]

    def unit(self, largest: float) -> tuple[str, float]:
        """Name and size of the smallest unit that keeps tick labels short."""
        return next((unit for unit in self.units if largest < _LARGEST_TICK * unit[1]), self.units[-1])


_COSTS = (
    _Cost(label="Simulated time", units=(("s", 1.0),), spent=lambda rows: [row["t_s"] for row in rows]),
    _Cost(
        label="Uplink + downlink traffic",
        units=(("Mbit", 1e6), ("Gbit", 1e9), ("Tbit", 1e12)),
        spent=lambda rows: list(accumulate(row["uplink_bits"] + row["downlink_bits"] for row in rows)),
    ),
    _Cost(
        label="Energy of devices",
        units=(("J", 1.0), ("kJ", 1e3), ("MJ", 1e6)),
        spent=lambda rows: list(accumulate(row["energy_j"] for row in rows)),
    ),
)


@figure
def convergence(runs: Sequence[Run]) -> Figure:
    """Accuracy against simulated seconds, bits on the air and joules; seeds of one experiment as mean and range.

    Runs whose resolved scenarios differ in nothing but `seed` (and chunk settings) are one experiment. Between
    evaluations accuracy is interpolated linearly; mean and range span the costs that all its runs reach, and are left
    out where there are none. Raises UsageError for a run that measured no accuracy.
    """
    from matplotlib.figure import Figure

    found = experiments(runs)
    groups = [
        (label, [_measured(run) for run in each.runs]) for label, each in zip(labels_of(found), found, strict=True)
    ]
    drawn = Figure(figsize=(_style.WIDTH_IN, 2.75))
    panels = drawn.subplots(1, len(_COSTS), sharey=True)
    for cost, axes in zip(_COSTS, panels, strict=True):
        _draw_panel(axes, cost, groups)
    panels[0].set_ylabel("Accuracy on held-out data (%)")
    _style.count_ticks(panels[0].yaxis, 6)
    _draw_legend(drawn, panels[0])
    return drawn


def _measured(run: Run) -> Rows:
    rows = run.rounds
    if all(row["accuracy"] is None for row in rows):
        why = "nothing was trained or evaluated (learning.kind: none?)" if rows else "no round was finished"
        raise UsageError(f"{run.path}: no accuracy to draw: {why}")
    return rows


def _draw_panel(axes: Axes, cost: _Cost, groups: Sequence[Group]) -> None:
    name, size = cost.unit(max(cost.spent(rows)[-1] for _, members in groups for rows in members))
    for number, (group, members) in enumerate(groups):
        _draw_group(axes, group, [_curve(cost, rows, size) for rows in members], number)
    axes.set_xlabel(f"{cost.label} ({name})")
    axes.set_xlim(left=0.0)
    _style.count_ticks(axes.xaxis, 4)


def _curve(cost: _Cost, rows: Rows, size: float) -> tuple[Array, Array]:
    measured = [
        (spent / size, 100.0 * row["accuracy"])
        for spent, row in zip(cost.spent(rows), rows, strict=True)
        if row["accuracy"] is not None
    ]
    x, y = np.array(measured).T
    return x, y


def _draw_group(axes: Axes, name: str, curves: list[tuple[Array, Array]], number: int) -> None:
    look = _style.series(number)
    if len(curves) == 1:
        axes.plot(*curves[0], **look, linewidth=1.6, marker=_marker(curves[0]), label=name)
        return
    for curve in curves:
        axes.plot(*curve, color=look["color"], linewidth=0.5, alpha=0.6, marker=_marker(curve))
    x, all_y = _aligned(curves)
    label = f"{name} ({'mean and range of ' if len(x) else ''}{len(curves)} runs)"
    if len(x):
        axes.fill_between(x, all_y.min(axis=0), all_y.max(axis=0), color=look["color"], alpha=0.18, linewidth=0.0)
    axes.plot(x, all_y.mean(axis=0), **look, linewidth=1.6, marker="o" if len(x) == 1 else "", label=label)


def _marker(curve: tuple[Array, Array]) -> str:
    """A dot for a single point, which a line would not show."""
    return "." if len(curve[0]) == 1 else ""


def _aligned(curves: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Costs [points] that all curves span, and every curve's accuracy there [curves, points]."""
    first, last = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    points = np.unique(np.concatenate([x for x, _ in curves]))
    points = points[(points >= first) & (points <= last)]
    return points, np.array([np.interp(points, x, y) for x, y in curves]).reshape(len(curves), len(points))


def _draw_legend(drawn: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    columns = max(1, _LEGEND_LETTERS // (max(map(len, labels)) + 8))
    drawn.legend(handles, labels, loc="outside upper center", ncols=min(columns, len(labels)))
