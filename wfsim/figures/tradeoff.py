"""What accuracy costs, one point per experiment, and what no experiment beats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wfsim.errors import UsageError
from wfsim.figures import _legend, _style, figure
from wfsim.figures._costs import Cost, cost_of, measured
from wfsim.figures._encoding import Encoding, Entry, Look, Section, encode
from wfsim.figures._limits import leave, limits
from wfsim.figures._pareto import pareto_front
from wfsim.results.directory import Run
from wfsim.results.experiments import Experiment, experiments
from wfsim.results.statistics import Interval, mean_interval

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_SEEDS = 12  # experiments whose single runs are drawn
_MOST_LEFT_OUT = 6
_SMALLEST = 1e-3  # of the least cost: where intervals that reach zero end on a logarithmic axis
_TOP_PERCENT = 101.0  # intervals may reach above what accuracy can
_CUT = "(some leave the axes)"
_MOST_BAND = 0.6  # of the height, which the front's band may take
_WIDE = 4.0  # largest cost / smallest cost from which the axis is logarithmic


@dataclass(frozen=True, kw_only=True)
class _Point:
    """An experiment: costs and accuracies (%) of its runs, and their means."""

    look: Look
    costs: list[float]
    accuracies: list[float]
    cost: Interval
    accuracy: Interval


@figure
def tradeoff(runs: Sequence[Run], cost: str = "time", target: float | None = None) -> Figure:
    """Final accuracy against its cost over experiments: means with 95 % t-intervals over seeds, and the Pareto front.

    Runs that differ in nothing but `seed` are one experiment. `cost` is time, bits or energy, spent until the last
    evaluation or, with `target` (0..1), until that accuracy was first measured; experiments with a run that never
    reached it are listed, not drawn. Colour and marker stand for the keys that differ. The front (non-dominated means)
    is a step: the best mean accuracy that a budget buys; its band is the interval of the accuracy of the experiment on
    it, left out where it would fill the axes. A single run has no interval; axes are those of the means (and of single
    runs where they are drawn), so that wide intervals may leave them. Raises UsageError for runs without accuracy and
    for a target nobody reached.
    """
    from matplotlib.figure import Figure

    chosen, groups = cost_of(cost), experiments(runs)
    encoding = encode(groups)
    points, left_out = _points(groups, encoding, chosen, _checked(target))
    unit, size = chosen.unit_of(max(max(point.costs) for point in points))
    sections = [*encoding.sections, *_left_out_section(left_out)]
    drawn = Figure(figsize=(_style.WIDTH_IN, max(3.9, _legend.height_in(sections, more=3))))
    axes = drawn.subplots()
    cut = _scale(axes, points, size)
    _draw_points(axes, points, size)
    front = _draw_front(axes, points, size)
    axes.set_xlabel(chosen.axis_label(unit, target))
    axes.set_ylabel("Final accuracy on held-out data (%)")
    axes.set_title(encoding.title)
    _legend.beside(drawn, sections, _legend.as_point, {**front, **_bar_handles(axes, points, cut=cut)})
    return drawn


def _checked(target: float | None) -> float | None:
    if target is not None and not 0.0 < target <= 1.0:
        raise UsageError(f"target {target:g}: an accuracy above 0 and at most 1")
    return target


def _points(
    groups: Sequence[Experiment], encoding: Encoding, cost: Cost, target: float | None
) -> tuple[list[_Point], list[str]]:
    """Points, and what is said of the experiments that have none."""
    points, left_out = [], []
    for group, look in zip(groups, encoding.looks, strict=True):
        rows = [measured(run) for run in group.runs]
        spent = [cost.until(each, target) for each in rows]
        reached = [each for each in spent if each is not None]
        if len(reached) == len(rows):
            points.append(_point(look, reached, [_final_percent(each) for each in rows]))
        else:
            left_out.append(f"{look.label} ({len(reached)} of {len(rows)})")
    if not points:
        raise UsageError(f"in no experiment did every run reach an accuracy of {target:g}")
    return points, left_out


def _final_percent(rows: Any) -> float:
    return 100.0 * next(row["accuracy"] for row in reversed(rows) if row["accuracy"] is not None)


def _point(look: Look, costs: list[float], accuracies: list[float]) -> _Point:
    return _Point(
        look=look, costs=costs, accuracies=accuracies, cost=mean_interval(costs), accuracy=mean_interval(accuracies)
    )


def _scale(axes: Axes, points: Sequence[_Point], size: float) -> bool:
    """Limits around means and drawn runs; whether an interval leaves them."""
    costs = [value / size for point in points for value in (point.cost.mean, *_drawn(points, point.costs))]
    percents = [value for point in points for value in (point.accuracy.mean, *_drawn(points, point.accuracies))]
    cost_edges = [edge / size for point in points for edge in _edges(point.cost)]
    percent_edges = [edge for point in points for edge in _edges(point.accuracy)]
    means = [point.cost.mean for point in points]
    if min(costs) > 0.0 and max(means) > _WIDE * min(means):
        positive = [max(edge, _SMALLEST * min(costs)) for edge in cost_edges]
        left, right = np.exp(limits(np.log(costs), np.log(positive)))
        axes.set_xscale("log")
        axes.set_xlim(left, right)
        _style.log_ticks(axes.xaxis)
    else:
        left, right = limits(costs, cost_edges)
        axes.set_xlim(max(left, 0.0), right)
        _style.count_ticks(axes.xaxis, 6)
    low, high = limits(percents, percent_edges)
    axes.set_ylim(low, min(high, _TOP_PERCENT))
    _style.count_ticks(axes.yaxis, 6)
    return leave(axes.get_xlim(), cost_edges) or leave((low, high), percent_edges)


def _drawn(points: Sequence[_Point], values: list[float]) -> list[float]:
    return values if len(points) <= _MOST_SEEDS else []


def _edges(interval: Interval) -> list[float]:
    return [edge for edge in (interval.low, interval.high) if edge is not None]


def _draw_points(axes: Axes, points: Sequence[_Point], size: float) -> None:
    for point in points:
        look, repeated = point.look, point.cost.n > 1
        axes.errorbar(
            [point.cost.mean / size],
            [point.accuracy.mean],
            xerr=_reach(point.cost, size) if repeated else None,
            yerr=_reach(point.accuracy, 1.0) if repeated else None,
            color=look.colour,
            marker=_style.marker(look.shape),
            markersize=6.0 if len(points) <= _MOST_SEEDS else 5.0,
            markeredgecolor="white",
            markeredgewidth=0.6,
            ecolor=(look.colour, 0.6),
            elinewidth=0.9,
            capsize=2.0,
            zorder=3.0,
            label=look.label,
        )
        if repeated and len(points) <= _MOST_SEEDS:
            costs = [cost / size for cost in point.costs]
            axes.plot(costs, point.accuracies, ".", color=look.colour, markersize=2.5, alpha=0.6, zorder=2.0)


def _reach(interval: Interval, size: float) -> list[list[float]]:
    return [[(interval.mean - interval.low) / size], [(interval.high - interval.mean) / size]]


def _draw_front(axes: Axes, points: Sequence[_Point], size: float) -> dict[str, Any]:
    """The step and its band; gives what a legend needs by label. One point has no front."""
    if len(points) < 2:
        return {}
    order = pareto_front([point.cost.mean for point in points], [point.accuracy.mean for point in points])
    front = [points[index] for index in order]
    costs = [*(point.cost.mean / size for point in front), axes.get_xlim()[1]]
    means = [*(point.accuracy.mean for point in front), front[-1].accuracy.mean]
    look = {"color": _style.GREY, "linewidth": 1.4, "drawstyle": "steps-post", "zorder": 1.5}
    (line,) = axes.plot(costs, means, **look, label="Pareto front")
    bounds = [(p.accuracy.low, p.accuracy.high) for p in front if p.accuracy.low is not None]
    bottom, top = axes.get_ylim()
    if not bounds or max(high - low for low, high in bounds) > _MOST_BAND * (top - bottom):
        return {"Pareto front": line}
    return {"Pareto front, interval": (_draw_band(axes, front, costs), line)}


def _draw_band(axes: Axes, front: Sequence[_Point], costs: Sequence[float]) -> Artist:
    bounds = [[np.nan if edge is None else edge for edge in (p.accuracy.low, p.accuracy.high)] for p in front]
    low, high = np.array([*bounds, bounds[-1]]).T
    return axes.fill_between(costs, low, high, step="post", color=_style.GREY, alpha=0.12, linewidth=0.0, zorder=1.0)


def _bar_handles(axes: Axes, points: Sequence[_Point], *, cut: bool) -> dict[str, Any]:
    from matplotlib.lines import Line2D

    counts = {point.cost.n for point in points}
    if counts == {1}:
        return {}
    seeds = f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"
    bar = axes.errorbar([], [], xerr=[], yerr=[], color=_style.GREY, linestyle="", elinewidth=0.9, capsize=2.0)
    runs = Line2D([], [], linestyle="", marker=".", color=_style.GREY, markersize=2.5)
    note = {_CUT: Line2D([], [], linestyle="")} if cut else {}
    single = {"single runs": runs} if len(points) <= _MOST_SEEDS else {}
    return {f"95 % interval, {seeds} seeds": bar, **note, **single}


def _left_out_section(left_out: Sequence[str]) -> list[Section]:
    if not left_out:
        return []
    names = list(left_out[:_MOST_LEFT_OUT])
    names += [f"and {len(left_out) - len(names)} more"] if len(left_out) > len(names) else []
    return [
        Section(heading="target not reached by all runs", entries=[Entry(label=name, blank=True) for name in names])
    ]
