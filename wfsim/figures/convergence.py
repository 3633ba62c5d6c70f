"""Accuracy against what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.figures import _legend, _style, figure
from wfsim.figures._costs import COSTS, Cost, Rows, measured
from wfsim.figures._encoding import Encoding, Look, encode
from wfsim.results.directory import Run
from wfsim.results.experiments import experiments

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Curve = tuple[Array, Array]
Group = tuple[Look, list[Rows]]

_WIDE = 4.0  # dearest run / cheapest run from which the axis is logarithmic
_DECADES = 30.0  # the same from which only powers of ten are named: panels are narrow
_MOST_RUNS = 6  # experiments whose single runs are drawn
_MOST_BANDS = 8  # experiments whose ranges are drawn
_MOST_ROWS = 4  # of a legend above the panels


class _Quality(NamedTuple):
    """What is drawn against costs: a column of rounds, times a factor, under a label."""

    column: str
    factor: float
    label: str


_ACCURACY = _Quality("accuracy", 100.0, "Accuracy on held-out data (%)")
_PERPLEXITY = _Quality("perplexity", 1.0, "Perplexity on held-out data")


@figure
def convergence(runs: Sequence[Run]) -> Figure:
    """Accuracy against simulated seconds, bits on the air and joules; seeds of one experiment as mean and range.

    Runs whose resolved scenarios differ in nothing but `seed` (and chunk settings) are one experiment. Between
    evaluations accuracy is interpolated linearly; mean and range span the costs that all its runs reach, and are left
    out where there are none. Of language models it is perplexity that is drawn. Of more than 8 experiments only means
    are drawn. Colour and stroke stand for the keys that differ. Raises UsageError for a run that measured no accuracy.
    """
    from matplotlib.figure import Figure

    found = experiments(runs)
    encoding = encode(found)
    groups = [(look, [measured(run) for run in each.runs]) for look, each in zip(encoding.looks, found, strict=True)]
    drawn = Figure(figsize=(_style.WIDTH_IN, 2.75))
    panels = drawn.subplots(1, len(COSTS), sharey=True)
    quality = _quality(groups)
    for cost, axes in zip(COSTS.values(), panels, strict=True):
        _draw_panel(axes, cost, quality, groups)
    panels[0].set_ylabel(quality.label)
    _style.count_ticks(panels[0].yaxis, 6)
    _explain(drawn, panels[0], encoding, groups)
    return drawn


def _quality(groups: Sequence[Group]) -> _Quality:
    """Perplexity where every run is of a language model."""
    rows = (row for _, members in groups for each in members for row in each)
    counts = [row.get("perplexity") for row in rows if row["accuracy"] is not None]
    return _ACCURACY if None in counts else _PERPLEXITY


def _explain(drawn: Figure, axes: Axes, encoding: Encoding, groups: Sequence[Group]) -> None:
    """A legend beside where keys tell the experiments apart or their names are many, else above."""
    labels = axes.get_legend_handles_labels()[1]
    if not encoding.sections[0].heading and _legend.rows_above(labels) <= _MOST_ROWS:
        _legend.in_rows(drawn, axes)
        return
    drawn.set_figheight(max(drawn.get_figheight(), _legend.height_in(encoding.sections, more=0)))
    for panel in drawn.axes:
        panel.set_xlabel(panel.get_xlabel().replace(" (", "\n("))
    _style.headline(drawn, _title(encoding, groups))
    _legend.beside(drawn, encoding.sections, _legend.as_line, {})


def _title(encoding: Encoding, groups: Sequence[Group]) -> str:
    """The name that experiments share, and what is drawn of their runs."""
    counts = [len(members) for _, members in groups]
    many = f"{max(counts)}" if len(set(counts)) == 1 else f"{min(counts)} to {max(counts)}"
    means_only = len(groups) > _MOST_BANDS
    drawn = f"means of {many} runs, ranges not drawn" if means_only else f"mean and range of {many} runs"
    runs = drawn if max(counts) > 1 else ""
    return ": ".join(part for part in (encoding.title, runs) if part)


def _draw_panel(axes: Axes, cost: Cost, quality: _Quality, groups: Sequence[Group]) -> None:
    name, size = cost.unit_of(max(cost.spent(rows)[-1] for _, members in groups for rows in members))
    for look, members in groups:
        _draw_group(axes, look, [_curve(cost, quality, rows, size) for rows in members], len(groups))
    axes.set_xlabel(cost.axis_label(name))
    _scale(axes, [[spent / size for spent in cost.spent(rows)] for _, members in groups for rows in members])


def _scale(axes: Axes, spent: Sequence[Sequence[float]]) -> None:
    """From zero, or logarithmic where one run costs far more than another, so that the cheap ones can be read."""
    ends, starts = [each[-1] for each in spent], [each[0] for each in spent]
    if min(starts) > 0.0 and max(ends) > _WIDE * min(ends):
        axes.set_xscale("log")
        axes.set_xlim(0.9 * min(starts), 1.1 * max(ends))
        _style.log_ticks(axes.xaxis, _DECADES)
    else:
        axes.set_xlim(left=0.0)
        _style.count_ticks(axes.xaxis, 4)


def _curve(cost: Cost, quality: _Quality, rows: Rows, size: float) -> Curve:
    points = [
        (spent / size, quality.factor * row[quality.column])
        for spent, row in zip(cost.spent(rows), rows, strict=True)
        if row["accuracy"] is not None
    ]
    x, y = np.array(points).T
    return x, y


def _draw_group(axes: Axes, look: Look, curves: list[Curve], among: int) -> None:
    """One of `among` experiments: the more there are, the less is drawn of each."""
    width = 1.6 if among <= _MOST_RUNS else 1.2 if among <= _MOST_BANDS else 0.9
    line = {"color": look.colour, "linestyle": _style.stroke(look.shape), "linewidth": width}
    if len(curves) == 1:
        axes.plot(*curves[0], **line, marker=_marker(curves[0]), label=look.label)
        return
    for curve in curves if among <= _MOST_RUNS else []:
        axes.plot(*curve, color=look.colour, linewidth=0.5, alpha=0.6, marker=_marker(curve))
    x, all_y = _aligned(curves)
    if len(x) and among <= _MOST_BANDS:
        low, high, alpha = all_y.min(axis=0), all_y.max(axis=0), 0.18 if among <= _MOST_RUNS else 0.1
        axes.fill_between(x, low, high, color=look.colour, alpha=alpha, linewidth=0.0)
    what = "" if not len(x) else "mean of " if among > _MOST_BANDS else "mean and range of "
    label = f"{look.label} ({what}{len(curves)} runs)"
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
