"""A Gantt chart of rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wfsim.figures import _style, figure
from wfsim.figures._concerned import downs_of_devices
from wfsim.figures._downs import Span as Interval
from wfsim.figures._rounds import (
    chosen,
    mark_rounds,
    members,
    only,
    row_axis,
    shown_rounds,
    slowest,
    time_axis,
    title_of,
    which_devices,
)
from wfsim.figures._spans import (
    ASK,
    CARRIED,
    COMPUTE,
    CRASHED,
    DOWNLOAD,
    GAVE_UP,
    HELD,
    RESTARTED,
    SERVER_CRASHED,
    UPLOAD,
    Round,
    Span,
    Story,
    read_story,
)
from wfsim.results.directory import Run
from wfsim.results.metrics import outages

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BAR_HEIGHT = 0.72
_LETTERS, _HANDLE = 125, 8  # in a row of the legend; those whose room a handle takes
_COLOURS = {DOWNLOAD: _style.BLUE, COMPUTE: _style.YELLOW, ASK: _style.PALE_GREY, UPLOAD: _style.SKY_BLUE}
_COLOURS |= {CARRIED: _style.GREEN}
_MARKS = {HELD: ("s", _style.PURPLE), GAVE_UP: ("X", _style.BLACK), RESTARTED: (">", _style.ORANGE)}
_MARKS |= {CRASHED: ("P", _style.BLACK), SERVER_CRASHED: ("D", _style.BLACK)}
_ROUNDING = 1e-9  # of the time shown; a device that idles for less was busy throughout

_LOST: dict[str, Any] = {"color": _style.VERMILION, "label": "lost (share of height)"}
_CUT: dict[str, Any] = {  # hatches over a paler bar
    "facecolor": (1.0, 1.0, 1.0, 0.6),
    "edgecolor": _style.VERMILION,
    "linewidth": 0.0,
    "hatch": "///////",
    "label": "cut (share of height)",
}
_DOWN: dict[str, Any] = {"color": _style.VERMILION, "alpha": 0.16, "linewidth": 0.0, "zorder": 0.6}

Shares = list[tuple[Span, float]]


@figure
def timeline(
    runs: Sequence[Run], rounds: tuple[int, int] | None = None, devices: Sequence[str] | None = None
) -> Figure:
    """What each device did in the first rounds of one run: download, compute, ask, upload, wait; what was lost or cut.

    `rounds` is the first and the last round to draw, `devices` are the names to draw. The marked part of a transfer's
    height is the share of its bits that never arrived: lost on the way, or hatched where the transfer was cut; training
    that was cut is hatched whole. Marks tell of updates held back, of devices that a new version overtook, and of
    crashes; a row is shaded while the device, or a station, hop or node that its payloads cross, was down. By default
    devices that took part are shown, at most the 40 slowest, and where they do not wait for rounds, the rounds until
    each was done once. A deadline is drawn where it closed a round. Of a killed run the whole lines of its journal are
    drawn. Raises UsageError for several runs, unknown devices, and rounds that were not closed or took no time.
    """
    from matplotlib.figure import Figure

    lines = list(only("timeline", runs).whole_lines())
    story = read_story(lines)
    shown = shown_rounds(story, rounds)
    present = members(shown)
    rows = chosen(devices, present) if devices is not None else slowest(story, shown, present)
    drawn = Figure(figsize=(_style.WIDTH_IN, 1.25 + 0.16 * len(rows)))
    axes = drawn.subplots()
    mark_rounds(axes, shown)
    handles = [
        *_draw_downs(axes, shown, rows, downs_of_devices(lines, outages(lines))),
        *_draw_bars(axes, story, shown, rows),
        *_draw_marks(axes, story, shown, rows),
        *_draw_deadlines(axes, shown),
    ]
    time_axis(axes, shown)
    row_axis(axes, rows)
    axes.set_title(title_of(story, shown, which_devices(rows, present, devices)), pad=16.0)
    rest = {"loc": "outside lower center", "columnspacing": 1.6, "handlelength": 1.8}
    legend_rows = -(-sum(len(str(handle.get_label())) + _HANDLE for handle in handles) // _LETTERS)
    drawn.set_figheight(drawn.get_figheight() + 0.17 * max(legend_rows - 1, 0))
    drawn.legend(handles=handles, ncols=-(-len(handles) // max(legend_rows, 1)), **rest)
    return drawn


def _draw_bars(axes: Axes, story: Story, shown: Sequence[Round], rows: Sequence[str]) -> list[Artist]:
    """Legend handles of the phases, waits, losses and cuts that occur."""
    row_of = {device: row for row, device in enumerate(rows)}
    spans = [span for span in story.spans if span.device in row_of and _shown_s(span, shown) > 0.0]
    phases = {phase: [span for span in spans if span.phase == phase] for phase in _COLOURS}
    bars = [_draw_phase(axes, phase, busy, row_of) for phase, busy in phases.items() if busy]
    waits = _draw_waits(axes, shown, row_of)
    lost = [(span, span.lost) for span in spans if span.lost > 0.0]
    cut = [(span, span.cut) for span in spans if span.cut > 0.0]
    marks = [_draw_shares(axes, shares, look, row_of) for shares, look in ((lost, _LOST), (cut, _CUT)) if shares]
    return [*bars, *([waits] if _anyone_waits(shown, spans, rows) else []), *marks]


def _shown_s(span: Span, shown: Sequence[Round]) -> float:
    return min(span.end_s, shown[-1].close_s) - max(span.start_s, shown[0].start_s)


def _draw_phase(axes: Axes, phase: str, spans: Sequence[Span], row_of: dict[str, int]) -> Artist:
    rows = [row_of[span.device] for span in spans]
    return axes.barh(rows, height=_BAR_HEIGHT, color=_COLOURS[phase], label=phase, **_extent(spans))


def _draw_shares(axes: Axes, shares: Shares, look: dict[str, Any], row_of: dict[str, int]) -> Artist:
    """From the bottom of each bar, a share of its height."""
    heights = [_BAR_HEIGHT * share for _, share in shares]
    middles = [row_of[span.device] + _BAR_HEIGHT * (1.0 - share) / 2.0 for span, share in shares]
    return axes.barh(middles, height=heights, **look, **_extent([span for span, _ in shares]))


def _extent(spans: Sequence[Span]) -> dict[str, list[float]]:
    return {"left": [span.start_s for span in spans], "width": [span.end_s - span.start_s for span in spans]}


def _draw_waits(axes: Axes, shown: Sequence[Round], row_of: dict[str, int]) -> Artist:
    """One line through the whole round, which the bars cover where the device is busy."""
    waits = [(row_of[device], each) for each in shown for device in each.cohort if device in row_of]
    starts_s, closes_s = [each.start_s for _, each in waits], [each.close_s for _, each in waits]
    return axes.hlines(
        [row for row, _ in waits], starts_s, closes_s, color=_style.PALE_GREY, linewidth=1.0, zorder=0.9, label="wait"
    )


def _anyone_waits(shown: Sequence[Round], spans: Sequence[Span], rows: Sequence[str]) -> bool:
    """Whether a device is idle in the rounds that it takes part in, so that a line shows between its bars."""
    idle_s = dict.fromkeys(rows, 0.0)
    for each in shown:
        for device in idle_s.keys() & set(each.cohort):
            idle_s[device] += each.close_s - each.start_s
    for span in spans:
        idle_s[span.device] -= _shown_s(span, shown)
    return any(idle > _ROUNDING * (shown[-1].close_s - shown[0].start_s) for idle in idle_s.values())


def _draw_downs(
    axes: Axes, shown: Sequence[Round], rows: Sequence[str], downs: Mapping[str, list[Interval]]
) -> list[Artist]:
    """Shades the rows of devices while something on their way was down; a legend handle where that occurs."""
    starts_s, ends_s, places = [], [], []
    for row, device in enumerate(rows):
        for start_s, end_s in downs.get(device, ()):
            if start_s < shown[-1].close_s and end_s > shown[0].start_s:
                starts_s, ends_s, places = [*starts_s, start_s], [*ends_s, end_s], [*places, row]
    if not places:
        return []
    widths_s = [end_s - start_s for start_s, end_s in zip(starts_s, ends_s, strict=True)]
    return [axes.barh(places, widths_s, left=starts_s, height=1.0, label="outage on its way", **_DOWN)]


def _draw_marks(axes: Axes, story: Story, shown: Sequence[Round], rows: Sequence[str]) -> list[Artist]:
    """What happened to a device at an instant; legend handles of what occurs."""
    row_of, drawn = {device: row for row, device in enumerate(rows)}, []
    for what, (marker, colour) in _MARKS.items():
        found = [mark for mark in story.marks if mark.what == what and mark.device in row_of]
        points = [(m.t_s, row_of[m.device]) for m in found if shown[0].start_s <= m.t_s <= shown[-1].close_s]
        if points:
            look = {"color": colour, "marker": marker, "markersize": 5.0, "markeredgecolor": "white"}
            drawn += axes.plot(*zip(*points, strict=True), linestyle="", **look, label=what, clip_on=False, zorder=4.0)
    return drawn


def _draw_deadlines(axes: Axes, shown: Sequence[Round]) -> list[Artist]:
    met_s = [each.deadline_s for each in shown if each.deadline_s is not None and each.deadline_s <= each.close_s]
    lines = [
        axes.axvline(at_s, color=_style.VERMILION, linewidth=1.2, linestyle="--", clip_on=False, label="deadline")
        for at_s in met_s
    ]
    return lines[:1]
