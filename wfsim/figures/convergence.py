"""Accuracy against what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.figures import _legend, _style, figure
from wfsim.figures._costs import COSTS, Cost, Rows, measured
from wfsim.figures._encoding import Encoding, Look, encode
from wfsim.figures._experiments import experiments
from wfsim.results.directory import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Curve = tuple[Array, Array]
Group = tuple[Look, list[Rows]]

_WIDE = 8.0  # dearest run / cheapest run from which the axis is logarithmic
_CROWD = 6  # experiments above which single runs are not drawn


@figure
def convergence(runs: Sequence[Run]) -> Figure:
    """Accuracy against simulated seconds, bits on the air and joules; seeds of one experiment as mean and range.

    Runs whose resolved scenarios differ in nothing but `seed` (and chunk settings) are one experiment. Between
    evaluations accuracy is interpolated linearly; mean and range span the costs that all its runs reach, and are left
    out where there are none. Colour and stroke stand for the keys that differ. Raises UsageError for a run that
    measured no accuracy.
    """
    from matplotlib.figure import Figure

    found = experiments(runs)
    encoding = encode(found)
    groups = [(look, [measured(run) for run in each.runs]) for look, each in zip(encoding.looks, found, strict=True)]
    by_keys = bool(encoding.sections[0].heading)
    drawn = Figure(figsize=(_style.WIDTH_IN, 2.75 + (0.15 * _legend.rows_above(encoding.sections) if by_keys else 0.0)))
    panels = drawn.subplots(1, len(COSTS), sharey=True)
    for cost, axes in zip(COSTS.values(), panels, strict=True):
        _draw_panel(axes, cost, groups)
    panels[0].set_ylabel("Accuracy on held-out data (%)")
    _style.count_ticks(panels[0].yaxis, 6)
    if by_keys:
        panels[0].set_title(_title(encoding, groups))
        _legend.above(drawn, encoding.sections, _legend.as_line)
    else:
        _legend.in_rows(drawn, panels[0])
    return drawn


def _title(encoding: Encoding, groups: Sequence[Group]) -> str:
    counts = [len(members) for _, members in groups]
    many = f"{max(counts)}" if len(set(counts)) == 1 else f"{min(counts)} to {max(counts)}"
    return encoding.title + (f": mean and range of {many} runs" if max(counts) > 1 else "")


def _draw_panel(axes: Axes, cost: Cost, groups: Sequence[Group]) -> None:
    name, size = cost.unit_of(max(cost.spent(rows)[-1] for _, members in groups for rows in members))
    for look, members in groups:
        _draw_group(axes, look, [_curve(cost, rows, size) for rows in members], crowded=len(groups) > _CROWD)
    axes.set_xlabel(cost.axis_label(name))
    _scale(axes, [[spent / size for spent in cost.spent(rows)] for _, members in groups for rows in members])


def _scale(axes: Axes, spent: Sequence[Sequence[float]]) -> None:
    """From zero, or logarithmic where one run costs far more than another, so that the cheap ones can be read."""
    ends, starts = [each[-1] for each in spent], [each[0] for each in spent]
    if min(starts) > 0.0 and max(ends) > _WIDE * min(ends):
        axes.set_xscale("log")
        axes.set_xlim(0.9 * min(starts), 1.1 * max(ends))
        _style.log_ticks(axes.xaxis)
    else:
        axes.set_xlim(left=0.0)
        _style.count_ticks(axes.xaxis, 4)


def _curve(cost: Cost, rows: Rows, size: float) -> Curve:
    points = [
        (spent / size, 100.0 * row["accuracy"])
        for spent, row in zip(cost.spent(rows), rows, strict=True)
        if row["accuracy"] is not None
    ]
    x, y = np.array(points).T
    return x, y


def _draw_group(axes: Axes, look: Look, curves: list[Curve], *, crowded: bool) -> None:
    line = {"color": look.colour, "linestyle": _style.stroke(look.shape), "linewidth": 1.2 if crowded else 1.6}
    if len(curves) == 1:
        axes.plot(*curves[0], **line, marker=_marker(curves[0]), label=look.label)
        return
    for curve in [] if crowded else curves:
        axes.plot(*curve, color=look.colour, linewidth=0.5, alpha=0.6, marker=_marker(curve))
    x, all_y = _aligned(curves)
    label = f"{look.label} ({'mean and range of ' if len(x) else ''}{len(curves)} runs)"
    if len(x):
        low, high, alpha = all_y.min(axis=0), all_y.max(axis=0), 0.1 if crowded else 0.18
        axes.fill_between(x, low, high, color=look.colour, alpha=alpha, linewidth=0.0)
    axes.plot(x, all_y.mean(axis=0), **line, marker="o" if len(x) == 1 else "", label=label)


def _marker(curve: Curve) -> str:
    """A dot for a single point, which a line would not show."""
    return "." if len(curve[0]) == 1 else ""


def _aligned(curves: list[Curve]) -> tuple[Array, Array]:
    """Costs [points] that all curves span, and every curve's accuracy there [curves, points]."""
    first, last = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    points = np.unique(np.concatenate([x for x, _ in curves]))
    points = points[(points >= first) & (points <= last)]
    return points, np.array([np.interp(points, x, y) for x, y in curves]).reshape(len(curves), len(points))
