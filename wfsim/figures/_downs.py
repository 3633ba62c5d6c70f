"""Outages as figures show them: their bounds in the run, and how to mark them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from wfsim.figures import _style
from wfsim.results.metrics import Outage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHADE: dict[str, Any] = {"color": _style.PALE_GREY, "alpha": 0.45, "linewidth": 0.0, "zorder": 0.5}
COLOURS = {"link": _style.VERMILION, "node": _style.ORANGE, "device": _style.PURPLE, "server": _style.BLACK}

Span = tuple[float, float]


def span_of(outage: Outage) -> Span:
    """[start, end) in s; one that outlasts the run ends with it."""
    return outage.start_s, outage.start_s + outage.down_s


def merged(spans: Iterable[Span]) -> list[Span]:
    """The union of spans, in order: what overlaps is shaded once."""
    union: list[Span] = []
    for start_s, end_s in sorted(spans):
        if union and start_s <= union[-1][1]:
            union[-1] = union[-1][0], max(union[-1][1], end_s)
        else:
            union.append((start_s, end_s))
    return union


def shade(axes: Axes, outages: Sequence[Outage]) -> None:
    """The time in which anything was down."""
    for start_s, end_s in merged(map(span_of, outages)):
        axes.axvspan(start_s, end_s, **SHADE)


def natural(name: str) -> list[Any]:
    """To sort names so that `site2` comes before `site10`."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def in_words(element: str) -> str:
    """A link `a<>b` or its direction `a>b` with an arrow."""
    both = element.replace("<>", " \N{LEFT RIGHT ARROW} ")
    return both.replace(">", " \N{RIGHTWARDS ARROW} ")
