"""How old updates are when they are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wfsim.errors import UsageError
from wfsim.figures import _legend, _style, figure
from wfsim.figures._encoding import Entry, encode
from wfsim.results import metrics
from wfsim.results.directory import Run
from wfsim.results.experiments import Experiment, experiments

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_WIDTH = 0.8  # of all bars at one number of versions
_MOST_BARS = 6  # experiments that are drawn as bars


@figure
def staleness(runs: Sequence[Run]) -> Figure:
    """How many versions were made between an update's base and its use: share of all uploads taken, by experiment.

    Runs that differ in nothing but `seed` are one experiment, whose uploads are counted together; triangles stand at
    their means. Of more than 6 experiments steps are drawn instead of bars.
    Raises UsageError for an experiment that used none.
    """
    from matplotlib.figure import Figure

    groups = experiments(runs)
    encoding = encode(groups)
    drawn = Figure(figsize=(_style.WIDTH_IN, 2.9))
    axes = drawn.subplots()
    for place, (look, group) in enumerate(zip(encoding.looks, groups, strict=True)):
        ages = _ages(group)
        if len(groups) <= _MOST_BARS:
            _draw_bars(axes, ages, place, len(groups), look.colour)
        else:
            _draw_steps(axes, ages, look.colour, _style.stroke(look.shape))
        _draw_mean(axes, ages, look.colour)
    axes.set_xlabel("Staleness (versions made since the device got its adapter; triangles: means)")
    axes.set_ylabel("Share of uploads (%)")
    axes.set_xlim(-0.6, axes.dataLim.x1 + 0.2)
    axes.set_ylim(bottom=0.0)
    axes.grid(visible=False, axis="x")
    _style.whole_ticks(axes.xaxis, 12)
    _style.count_ticks(axes.yaxis, 5)
    axes.set_title(encoding.title or (encoding.looks[0].label if len(encoding.looks) == 1 else ""), pad=12.0)
    if len(groups) > 1:
        _legend.beside(drawn, encoding.sections, _as_bar if len(groups) <= _MOST_BARS else _legend.as_line, {})
    return drawn


def _ages(group: Experiment) -> list[int]:
    ages = [age for run in group.runs for age in metrics.staleness(run.whole_lines()).values]
    if not ages:
        raise UsageError(f"{group.runs[0].path}: no round took an upload")
    return ages


def _shares(ages: Sequence[int]) -> dict[int, float]:
    """Percent of all, by every age up to the greatest."""
    counts = Counter(ages)
    return {age: 100.0 * counts[age] / len(ages) for age in range(max(ages) + 1)}


def _draw_bars(axes: Axes, ages: Sequence[int], place: int, among: int, colour: str) -> None:
    shares, width = _shares(ages), _WIDTH / among
    offset = (place - (among - 1) / 2.0) * width
    axes.bar([age + offset for age in shares], list(shares.values()), width=width, color=colour, linewidth=0.0)


def _draw_mean(axes: Axes, ages: Sequence[int], colour: Any) -> None:
    look = {"marker": "v", "color": colour, "markeredgecolor": "white", "markersize": 7.0}
    mean = sum(ages) / len(ages)
    axes.plot([mean], [1.02], transform=axes.get_xaxis_transform(), linestyle="", clip_on=False, **look)


def _as_bar(entry: Entry) -> Line2D:
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="", marker="s", markersize=7.0, color=entry.colour or _style.GREY)


def _draw_steps(axes: Axes, ages: Sequence[int], colour: str, stroke: str) -> None:
    shares = _shares(ages)
    axes.step(list(shares), list(shares.values()), where="mid", color=colour, linestyle=stroke, linewidth=1.2)
