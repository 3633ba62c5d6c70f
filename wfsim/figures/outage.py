"""Learning through outages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from wfsim.errors import UsageError
from wfsim.figures import _style, figure
from wfsim.figures._downs import COLOURS, SHADE, in_words, natural, shade, span_of
from wfsim.figures._rounds import only, short
from wfsim.results.directory import Run
from wfsim.results.metrics import Outage, outages

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_ELEMENTS = 30  # with a row each
_ROW_IN, _COUNT_IN = 0.15, 0.8
_RECOVERED: dict[str, Any] = {"color": _style.GREEN, "linewidth": 1.4, "zorder": 3.0}
_MARK: dict[str, Any] = {"marker": "v", "markersize": 5.0, "markeredgecolor": "white", **_RECOVERED}

Line = dict[str, Any]


@dataclass
class _Course:
    """What a run did over time: rounds as (start, close, arrived), accuracies as (time, accuracy)."""

    title: str = ""
    end_s: float = 0.0
    rounds: list[tuple[float, float, int]] = field(default_factory=list)
    accuracies: list[tuple[float, float]] = field(default_factory=list)

    def __call__(self, line: Line) -> None:
        self.end_s = line["t_s"]
        if line["type"] == "run_started":
            self.title = f"{line['scenario']}, seed {line['seed']}"
        elif line["type"] == "round_closed":
            self.rounds.append((line["t_s"] - line["round_s"], line["t_s"], line["arrived"]))
        elif line["type"] == "evaluated":
            self.accuracies.append((line["t_s"], line["accuracy"]))


@figure
def outage(runs: Sequence[Run]) -> Figure:
    """Accuracy and arrivals per round of one run over simulated time, outages shaded and recovery marked.

    An outage is recovered from where, after its end, a round first took in as many arrivals as the last one closed
    before it began. Below, a row per element says when it was down, with a line from there to recovery; of more than 30
    elements a panel per group (links, nodes, devices, the server) counts those that were down. Raises UsageError for
    several runs, and where there was no outage or no time passed.
    """
    from matplotlib.figure import Figure

    run = only("outage", runs)
    lines = list(run.whole_lines())
    found, course = outages(lines), _Course()
    for line in lines:
        course(line)
    if not found or course.end_s == 0.0:
        raise UsageError(f"{run.path}: no outage in its {course.end_s:g} s")
    groups = _groups(found)
    heights = [*([1.5] if course.accuracies else []), 1.2, *_heights_in(groups)]
    drawn = Figure(figsize=(_style.WIDTH_IN, 1.0 + sum(heights)))
    panels = drawn.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    _draw_course(panels[: len(heights) - len(_panels(groups))], course, found)
    _draw_elements(panels[len(heights) - len(_panels(groups)) :], groups, course.end_s)
    panels[-1].set_xlim(0.0, course.end_s)
    panels[-1].set_xlabel("Simulated time (s)")
    _style.count_ticks(panels[-1].xaxis, 10)
    _style.headline(drawn, f"{course.title}: {_in_words(found)}")
    _explain(drawn, found, rows=_has_rows(groups))
    return drawn


Groups = dict[str, dict[str, list[Outage]]]


def _groups(found: Sequence[Outage]) -> Groups:
    """Outages by what was down and its name, in order."""
    groups: Groups = {}
    for what in COLOURS:
        names = sorted({each.element for each in found if each.what == what}, key=natural)
        members = {name: [each for each in found if (each.what, each.element) == (what, name)] for name in names}
        groups |= {what: members} if members else {}
    return groups


def _has_rows(groups: Groups) -> bool:
    return sum(map(len, groups.values())) <= _MOST_ELEMENTS


def _panels(groups: Groups) -> list[Groups]:
    return [groups] if _has_rows(groups) else [{what: members} for what, members in groups.items()]


def _heights_in(groups: Groups) -> list[float]:
    if not _has_rows(groups):
        return [_COUNT_IN] * len(groups)
    return [0.1 + _ROW_IN * sum(map(len, groups.values()))]


def _in_words(found: Sequence[Outage]) -> str:
    count, elements = len(found), len({(each.what, each.element) for each in found})
    recovered = [each.recovery_s for each in found if each.recovery_s is not None]
    said = f"{count} outages of {elements} elements" if count > 1 else "1 outage"
    if not recovered:
        return f"{said}, never recovered from"
    after = f"{fmean(recovered):.4g} s" + (" on average" if len(recovered) > 1 else "")
    return f"{said}, {'' if len(recovered) == count == 1 else f'{len(recovered)} '}recovered from after {after}"


def _draw_course(panels: Sequence[Axes], course: _Course, found: Sequence[Outage]) -> None:
    if course.accuracies:
        times_s, shares = zip(*course.accuracies, strict=True)
        look = {"color": _style.BLUE, "linewidth": 1.4, "marker": ".", "markersize": 4.0}
        panels[0].plot(times_s, [100.0 * share for share in shares], **look)
        panels[0].set_ylabel("Accuracy (%)")
    _draw_arrivals(panels[-1], course)
    _draw_recoveries(panels[-1], course, found)
    for axes in panels:
        shade(axes, found)
        _style.count_ticks(axes.yaxis, 5)
    _style.whole_ticks(panels[-1].yaxis, 4)


def _draw_arrivals(axes: Axes, course: _Course) -> None:
    starts_s, widths_s = [start for start, _, _ in course.rounds], [end - start for start, end, _ in course.rounds]
    look = {"align": "edge", "color": _style.SKY_BLUE, "edgecolor": "white", "linewidth": 0.3}
    axes.bar(starts_s, [arrived for *_, arrived in course.rounds], width=widths_s, **look)
    axes.set_ylim(0.0, 1.15 * max((arrived for *_, arrived in course.rounds), default=1) or 1.0)
    axes.set_ylabel("Arrivals per round")


def _draw_recoveries(axes: Axes, course: _Course, found: Sequence[Outage]) -> None:
    """A mark on every round by which something was recovered from."""
    recovered_s = [_recovered_s(each) for each in found if each.recovery_s is not None]
    if not recovered_s:
        return
    for _, close_s, arrived in course.rounds:
        if np.isclose(recovered_s, close_s, rtol=1e-12).any():
            axes.plot([close_s], [arrived], **_MARK, clip_on=False)


def _recovered_s(each: Outage) -> float:
    return each.start_s + each.down_s + (each.recovery_s or 0.0)


def _draw_elements(panels: Sequence[Axes], groups: Groups, end_s: float) -> None:
    if _has_rows(groups):
        _draw_rows(panels[0], groups)
        return
    for axes, (what, members) in zip(panels, groups.items(), strict=True):
        _draw_count(axes, what, members, end_s)


def _draw_rows(axes: Axes, groups: Groups) -> None:
    rows = [(name, what, members) for what, group in groups.items() for name, members in group.items()]
    for row, (_, what, members) in enumerate(rows):
        spans = [(start_s, end_s - start_s) for start_s, end_s in map(span_of, members)]
        axes.broken_barh(spans, (row - 0.36, 0.72), facecolor=COLOURS[what], edgecolor=COLOURS[what], linewidth=0.6)
        for each in members:
            if each.recovery_s is not None:
                axes.plot([each.end_s, _recovered_s(each)], [row, row], **_RECOVERED)
                axes.plot([_recovered_s(each)], [row], **_MARK, clip_on=False)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [in_words(name) for name in short([name for name, *_ in rows])])
    axes.tick_params(axis="y", length=0.0)
    axes.grid(visible=False, axis="y")


def _draw_count(axes: Axes, what: str, members: dict[str, list[Outage]], end_s: float) -> None:
    spans = [span_of(each) for group in members.values() for each in group]
    changes = sorted([(start_s, 1) for start_s, _ in spans] + [(until_s, -1) for _, until_s in spans])
    times_s = [0.0, *(at_s for at_s, _ in changes), end_s]
    down = [0, *np.cumsum([change for _, change in changes])]
    axes.stairs(down, times_s, fill=True, color=COLOURS[what])
    axes.set_ylim(0.0, 1.1 * max(1, *down))
    axes.set_ylabel(f"{what.capitalize()}s down")
    _style.whole_ticks(axes.yaxis, 3)


def _explain(drawn: Figure, found: Sequence[Outage], *, rows: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(**SHADE, label="anything down")]
    if any(each.recovery_s is not None for each in found):
        handles.append(Line2D([], [], **_MARK, label="as many arrivals as before"))
    down = [what for what in COLOURS if any(each.what == what for each in found)]
    handles += [Patch(color=COLOURS[what], label=f"{what} down") for what in down if rows]
    drawn.legend(handles=handles, loc="outside lower center", ncols=len(handles))
