"""A Gantt chart of rounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wfsim.errors import UsageError
from wfsim.figures import _style, figure
from wfsim.figures._spans import COMPUTE, DOWNLOAD, UPLOAD, Round, Span, Story, read_story
from wfsim.results.directory import Run

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 40
_DEFAULT_ROUNDS = 3
_BAR_HEIGHT = 0.72
_COLOURS = {DOWNLOAD: _style.BLUE, COMPUTE: _style.YELLOW, UPLOAD: _style.SKY_BLUE}
_ROUNDING = 1e-9  # of the time shown; a device that idles for less was busy throughout

_LOST: dict[str, Any] = {"color": _style.VERMILION, "label": "lost (share of height)"}
_CUT: dict[str, Any] = {  # hatches over a paler bar
    "facecolor": (1.0, 1.0, 1.0, 0.6),
    "edgecolor": _style.VERMILION,
    "linewidth": 0.0,
    "hatch": "///////",
    "label": "cut (share of height)",
}

Shares = list[tuple[Span, float]]


@figure
def timeline(runs: Sequence[Run], rounds: tuple[int, int] | None = None) -> Figure:
    """What each device did in the first rounds of one run: download, compute, upload, wait; and what was lost or cut.

    `rounds` is the first and the last round to draw. The marked part of a transfer's height is the share of its bits
    that never arrived: lost on the way, or hatched where the round's end cut the transfer; training that was cut is
    hatched whole. Devices that took part are shown, at most the MOST_ROWS slowest. A deadline is drawn where it closed
    a round. Of a killed run the whole lines of its journal are drawn. Raises UsageError for several runs, and for
    rounds that were not closed or took no time.
    """
    from matplotlib.figure import Figure

    story = read_story(_only(runs).whole_lines())
    shown = _shown(story, rounds)
    devices = sorted({device for each in shown for device in each.cohort})
    rows = _slowest(story, shown, devices)
    drawn = Figure(figsize=(_style.WIDTH_IN, 1.25 + 0.16 * len(rows)))
    axes = drawn.subplots()
    handles = [*_draw_bars(axes, story, shown, rows), *_draw_rounds(axes, shown)]
    _dress(axes, shown, rows)
    axes.set_title(_title(story, shown, len(rows), len(devices)), pad=16.0)
    drawn.legend(
        handles=handles, loc="outside lower center", ncols=max(1, len(handles)), columnspacing=1.6, handlelength=1.8
    )
    return drawn


def _only(runs: Sequence[Run]) -> Run:
    if len(runs) != 1:
        raise UsageError(f"timeline draws one run, got {len(runs)}")
    return runs[0]


def _shown(story: Story, rounds: tuple[int, int] | None) -> list[Round]:
    first, last = rounds if rounds is not None else (1, _DEFAULT_ROUNDS)
    shown = [each for each in story.rounds if first <= each.number <= last]
    if not shown:
        raise UsageError(f"no closed round in {first} to {last}; the run closed {len(story.rounds)}")
    if shown[-1].close_s == shown[0].start_s:
        raise UsageError(f"rounds {shown[0].number} to {shown[-1].number} took no simulated time: nothing to draw")
    return shown


def _slowest(story: Story, shown: Sequence[Round], devices: list[str]) -> list[str]:
    """At most MOST_ROWS names, in order: those with the longest mean time from a round's start to their last act."""
    if len(devices) <= MOST_ROWS:
        return devices
    taken_s: dict[str, list[float]] = {device: [] for device in devices}
    for each in shown:
        ends_s = {span.device: span.end_s for span in story.spans if each.start_s <= span.start_s < each.close_s}
        for device in each.cohort:
            taken_s[device].append(ends_s.get(device, each.start_s) - each.start_s)
    slowest = sorted(devices, key=lambda device: (-sum(taken_s[device]) / len(taken_s[device]), device))
    return sorted(slowest[:MOST_ROWS])


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


def _draw_rounds(axes: Axes, shown: Sequence[Round]) -> list[Artist]:
    for each in shown:
        _draw_round(axes, each, (each.close_s - each.start_s) / (shown[-1].close_s - shown[0].start_s))
    met_s = [each.deadline_s for each in shown if each.deadline_s is not None and each.deadline_s <= each.close_s]
    lines = [
        axes.axvline(at_s, color=_style.VERMILION, linewidth=1.2, linestyle="--", clip_on=False, label="deadline")
        for at_s in met_s
    ]
    return lines[:1]


def _draw_round(axes: Axes, each: Round, share: float) -> None:
    for at_s in (each.start_s, each.close_s):
        axes.axvline(at_s, color=_style.GREY, linewidth=0.8, clip_on=False)
    text = f"round {each.number}" if share > 0.1 else str(each.number) if share > 0.03 else ""
    middle_s = (each.start_s + each.close_s) / 2.0
    axes.text(middle_s, 1.0, text, transform=axes.get_xaxis_transform(), ha="center", va="bottom")


def _dress(axes: Axes, shown: Sequence[Round], rows: Sequence[str]) -> None:
    axes.set_xlim(shown[0].start_s, shown[-1].close_s)
    axes.set_xlabel("Simulated time (s)")
    _style.count_ticks(axes.xaxis, 10)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), _short(rows))
    axes.tick_params(axis="y", length=0.0)
    axes.grid(visible=False, axis="y")


def _short(names: Sequence[str]) -> list[str]:
    """`d00001` becomes `d1`, where all names stay different."""
    short = [re.sub(r"(?<=\D)0+(?=\d)", "", name) for name in names]
    return short if len(set(short)) == len(names) else list(names)


def _title(story: Story, shown: Sequence[Round], rows: int, devices: int) -> str:
    first, last = shown[0].number, shown[-1].number
    rounds = f"round {first}" if first == last else f"rounds {first} to {last}"
    return f"{story.title}: {rounds}" + (f", the {rows} slowest of {devices} devices" if rows < devices else "")
