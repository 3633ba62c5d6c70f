"""The queue of a controller with a budget of seconds per round, and what V trades for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from wfsim.errors import UsageError
from wfsim.figures import _legend, _style, figure
from wfsim.figures._encoding import Encoding, Look, encode
from wfsim.figures._series import draw_series
from wfsim.results.directory import Run
from wfsim.results.experiments import Experiment, experiments
from wfsim.results.metrics import grants, mean_dropped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_V = "controller.v"
_GUIDE: dict[str, Any] = {"color": _style.PALE_GREY, "linewidth": 1.0, "linestyle": "--", "zorder": 0.9}

Number = Callable[[Run], float | None]


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """A number of a run against V, in percent where `size` is 100."""

    label: str
    of: Number
    size: float = 1.0


_MEAN_QUEUE = _Panel(label="Time-average queue (s)", of=lambda run: fmean(row["queue_s"] for row in run.rounds))
_DROPPED = _Panel(
    label="Update energy left out (%)", of=lambda run: mean_dropped(grants(run.whole_lines())), size=100.0
)
_ACCURACY = _Panel(label="Final accuracy (%)", of=lambda run: run.summary["final_accuracy"], size=100.0)
_ROUND = _Panel(label="Mean round (s); dashed: budget", of=lambda run: run.summary["mean_round_s"])


@figure
def queue(runs: Sequence[Run]) -> Figure:
    """Round times against their budget and the queue that keeps it; over runs that differ in V, the O(V)-O(1/V) trade.

    Runs that differ in nothing but `seed` are one experiment, drawn as mean and range over rounds. Where experiments
    differ in `controller.v`, the time-average queue, the mean share of the update's energy that grants left out (each
    grant counting once) and the final accuracy (without training, the mean round) are drawn against V instead: the
    mean over seeds, and each seed as a thin line. Raises UsageError for runs whose controller keeps no queue.
    """
    for run in runs:
        if all(row["queue_s"] is None for row in run.rounds):
            raise UsageError(f"{run.path}: its controller keeps no queue of seconds")
    groups = experiments(runs)
    several_v = len({group.facts.get(_V) for group in groups}) > 1
    return _against_v(groups) if several_v else _over_rounds(groups)


def _over_rounds(groups: Sequence[Experiment]) -> Figure:
    from matplotlib.figure import Figure

    encoding = encode(groups)
    drawn = Figure(figsize=(_style.WIDTH_IN, 3.6))
    times, lengths = drawn.subplots(2, 1, sharex=True)
    for look, group in zip(encoding.looks, groups, strict=True):
        _draw_times(times, look, group.runs, alone=len(runs_of(groups)) == 1)
        draw_series(lengths, look, [_column(run, "queue_s") for run in group.runs])
    times.set_ylabel("Round (s)")
    lengths.set_ylabel("Queue at its end (s)")
    lengths.set_xlabel("Round")
    times.set_xlim(0.4, max(row["round"] for run in runs_of(groups) for row in run.rounds) + 0.6)
    for axes in (times, lengths):
        axes.set_ylim(bottom=0.0)
        _style.whole_ticks(axes.xaxis, 10)
        _style.count_ticks(axes.yaxis, 5)
    _style.headline(drawn, _title(encoding, groups))
    _explain(drawn, times, encoding)
    return drawn


def runs_of(groups: Sequence[Experiment]) -> list[Run]:
    """All runs of all groups."""
    return [run for group in groups for run in group.runs]


def _draw_times(axes: Axes, look: Look, runs: Sequence[Run], *, alone: bool) -> None:
    budget_s = runs[0].summary["latency_budget_s"]
    axes.axhline(budget_s, color=_style.BLACK, linewidth=1.0, linestyle="--", label="budget", zorder=3.0)
    if not alone:
        draw_series(axes, look, [_column(run, "round_s") for run in runs])
        return
    for binds, colour, label in ((0, _style.SKY_BLUE, "queue empty before"), (1, _style.BLUE, "budget binds")):
        rows = [row for row in runs[0].rounds if row["budget_binds"] == binds]
        if rows:
            times_s = [row["round_s"] for row in rows]
            axes.bar([row["round"] for row in rows], times_s, width=1.0, color=colour, linewidth=0.0, label=label)


def _column(run: Run, name: str) -> dict[int, float]:
    return {row["round"]: row[name] for row in run.rounds if row[name] is not None}


def _title(encoding: Encoding, groups: Sequence[Experiment]) -> str:
    name = encoding.title or encoding.looks[0].label
    if len(runs_of(groups)) > 1:
        several = max(len(group.runs) for group in groups) > 1
        return f"{name}: means and ranges over seeds" if several else name
    summary = groups[0].runs[0].summary
    return (
        f"{name}: mean round {summary['mean_round_s']:.4g} s, budget {summary['latency_budget_s']:.4g} s, "
        f"binds in {100.0 * summary['budget_binding_share']:.3g} % of rounds"
    )


def _explain(drawn: Figure, times: Axes, encoding: Encoding) -> None:
    handles, labels = times.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    if len(encoding.looks) > 1:
        _legend.beside(drawn, encoding.sections, _legend.as_line, named)
    else:
        drawn.legend(named.values(), named.keys(), loc="outside lower center", ncols=len(named))


def _against_v(groups: Sequence[Experiment]) -> Figure:
    from matplotlib.figure import Figure

    families = _families(groups)
    encoding = encode([_named(members) for members in families])
    trained = all(run.summary["final_accuracy"] is not None for run in runs_of(groups))
    shown = (_MEAN_QUEUE, _DROPPED, _ACCURACY if trained else _ROUND)
    drawn = Figure(figsize=(_style.WIDTH_IN, 2.9))
    for panel, axes in zip(shown, drawn.subplots(1, len(shown)), strict=True):
        for look, members in zip(encoding.looks, families, strict=True):
            _draw_family(axes, look, members, panel)
        if panel is _ROUND:
            axes.axhline(groups[0].runs[0].summary["latency_budget_s"], **(_GUIDE | {"color": _style.BLACK}))
        _name_axes(axes, panel)
    _style.headline(drawn, encoding.title or encoding.looks[0].label)
    if len(families) > 1:
        _legend.beside(drawn, encoding.sections, _legend.as_line, {})
    return drawn


def _families(groups: Sequence[Experiment]) -> list[list[Experiment]]:
    """Experiments that differ in nothing but V, by growing V."""
    found: dict[str, list[Experiment]] = {}
    for group in groups:
        found.setdefault(json.dumps([group.name, _without_v(group)], sort_keys=True), []).append(group)
    return [sorted(members, key=lambda group: float(group.facts[_V])) for members in found.values()]


def _without_v(group: Experiment) -> dict[str, Any]:
    return {key: value for key, value in group.facts.items() if key != _V}


def _named(members: Sequence[Experiment]) -> Experiment:
    return Experiment(name=members[0].name, facts=_without_v(members[0]), runs=runs_of(members))


def _draw_family(axes: Axes, look: Look, members: Sequence[Experiment], panel: _Panel) -> None:
    """The mean over seeds, and each seed faintly: what V does to one network hides behind how networks differ."""
    vs = [float(group.facts[_V]) for group in members]
    values = [_by_seed(group, panel) for group in members]
    seeds = sorted(set.union(*map(set, values)))
    for seed in seeds if len(seeds) > 1 else []:
        points = [(v, each[seed]) for v, each in zip(vs, values, strict=True) if seed in each]
        axes.plot(*zip(*points, strict=True), color=look.colour, linewidth=0.6, alpha=0.5)
    means = [(v, fmean(each.values())) for v, each in zip(vs, values, strict=True) if each]
    line = {"linestyle": _style.stroke(look.shape), "marker": _style.marker(look.shape), "linewidth": 1.6}
    axes.plot(*zip(*means, strict=True), color=look.colour, markersize=4.0, **line)


def _by_seed(group: Experiment, panel: _Panel) -> dict[int, float]:
    values = {run.scenario["seed"]: panel.of(run) for run in group.runs}
    return {seed: panel.size * value for seed, value in values.items() if value is not None}


def _name_axes(axes: Axes, panel: _Panel) -> None:
    axes.set_title(panel.label, fontsize=8.0, fontweight="normal")
    axes.set_xlabel("V")
    axes.set_xscale("log")
    if panel is _MEAN_QUEUE and axes.dataLim.y0 > 0.0:
        _draw_guide(axes)
        axes.set_yscale("log")
        _style.log_ticks(axes.yaxis)
    else:
        _style.count_ticks(axes.yaxis, 5)
    _style.log_ticks(axes.xaxis, 10.0)


def _draw_guide(axes: Axes) -> None:
    """A line through the upper right corner of the data that grows as V does."""
    x = np.array([axes.dataLim.x0, axes.dataLim.x1])
    axes.plot(x, axes.dataLim.y1 * x / x[1], **_GUIDE)
    axes.annotate(
        "grows as V",
        (x[1], axes.dataLim.y1),
        xytext=(-4, 2),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=7.0,
    )
