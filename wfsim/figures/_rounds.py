"""What figures of one run share: which rounds and devices they show, and how rounds are marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wfsim.errors import UsageError, nearest
from wfsim.figures import _style
from wfsim.figures._spans import Round, Story
from wfsim.results.directory import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 40
_DEFAULT_ROUNDS = 3


def only(kind: str, runs: Sequence[Run]) -> Run:
    """The one run of a figure that draws one."""
    if len(runs) != 1:
        raise UsageError(f"{kind} draws one run, got {len(runs)}")
    return runs[0]


def shown_rounds(story: Story, rounds: tuple[int, int] | None) -> list[Round]:
    """The closed rounds from a first to a last; by default those until every device that began at once is done once.

    Raises UsageError where there are none or they took no time.
    """
    first, last = rounds if rounds is not None else (1, _default_last(story))
    shown = [each for each in story.rounds if first <= each.number <= last]
    if not shown:
        raise UsageError(f"no closed round in {first} to {last}; the run closed {len(story.rounds)}")
    if shown[-1].close_s == shown[0].start_s:
        raise UsageError(f"rounds {shown[0].number} to {shown[-1].number} took no simulated time: nothing to draw")
    return shown


def _default_last(story: Story) -> int:
    """The third round, or the one in which the slowest device of the first cohort ends its first piece of work."""
    whole_s = max(
        (story.first_end_s.get(device, 0.0) for each in story.rounds[:1] for device in each.cohort), default=0.0
    )
    return max([_DEFAULT_ROUNDS, *(each.number for each in story.rounds if each.start_s < whole_s)])


def members(shown: Sequence[Round]) -> list[str]:
    """Devices that were at work, in order of name."""
    return sorted({device for each in shown for device in each.cohort})


def chosen(names: Sequence[str], known: Sequence[str]) -> list[str]:
    """Known devices by name or short name, in order. Raises UsageError for others."""
    full = {**dict(zip(short(known), known, strict=True)), **{name: name for name in known}}
    unknown = next((name for name in names if name not in full), None)
    if unknown is not None:
        some = ", ".join(short(known)[:5]) + (", ..." if len(known) > 5 else "")
        raise UsageError(f"no device called {unknown!r}{nearest(unknown, full)} in this figure; known: {some}")
    return sorted({full[name] for name in names})


def slowest(story: Story, shown: Sequence[Round], devices: Sequence[str], most: int = MOST_ROWS) -> list[str]:
    """At most `most` names, in order: those with the longest mean time from a round's start to their last act."""
    if len(devices) <= most:
        return list(devices)
    taken_s: dict[str, list[float]] = {device: [] for device in devices}
    for each in shown:
        ends_s = {span.device: span.end_s for span in story.spans if each.start_s <= span.start_s < each.close_s}
        for device in taken_s.keys() & set(each.cohort):
            taken_s[device].append(ends_s.get(device, each.start_s) - each.start_s)
    first = sorted(devices, key=lambda device: (-sum(taken_s[device]) / len(taken_s[device]), device))
    return sorted(first[:most])


def short(names: Sequence[str]) -> list[str]:
    """`d00001` becomes `d1`, where all names stay different."""
    shortened = [re.sub(r"(?<=\D)0+(?=\d)", "", name) for name in names]
    return shortened if len(set(shortened)) == len(names) else list(names)


def which_devices(rows: Sequence[str], present: Sequence[str], named: Sequence[str] | None) -> str:
    """What a title says of the devices drawn: nothing where all are."""
    if len(rows) == len(present):
        return ""
    return (
        f"{len(rows)} of {len(present)} devices"
        if named is not None
        else (f"the {len(rows)} slowest of {len(present)} devices")
    )


def title_of(story: Story, shown: Sequence[Round], rest: str = "") -> str:
    """Scenario, seed and rounds, and what else there is to say."""
    first, last = shown[0].number, shown[-1].number
    rounds = f"round {first}" if first == last else f"rounds {first} to {last}"
    return f"{story.title}: {rounds}" + (f", {rest}" if rest else "")


def mark_rounds(axes: Axes, shown: Sequence[Round], *, named: bool = True) -> None:
    """Lines where rounds begin and close, their numbers above where `named` and there is room."""
    whole_s = shown[-1].close_s - shown[0].start_s
    for each in shown:
        for at_s in (each.start_s, each.close_s):
            axes.axvline(at_s, color=_style.GREY, linewidth=0.8, clip_on=False)
        if named:
            _name_round(axes, each, (each.close_s - each.start_s) / whole_s)


def _name_round(axes: Axes, each: Round, share: float) -> None:
    text = f"round {each.number}" if share > 0.1 else str(each.number) if share > 0.03 else ""
    middle_s = (each.start_s + each.close_s) / 2.0
    axes.text(middle_s, 1.0, text, transform=axes.get_xaxis_transform(), ha="center", va="bottom")


def time_axis(axes: Axes, shown: Sequence[Round], *, labelled: bool = True) -> None:
    """Simulated seconds from the first round's start to the last one's close."""
    axes.set_xlim(shown[0].start_s, shown[-1].close_s)
    _style.count_ticks(axes.xaxis, 10)
    if labelled:
        axes.set_xlabel("Simulated time (s)")


def row_axis(axes: Axes, names: Sequence[str]) -> None:
    """One row per name, from the top."""
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), short(names))
    axes.tick_params(axis="y", length=0.0)
    axes.grid(visible=False, axis="y")
