"""Legends of experiments: sections of colours and shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wfsim.figures import _style
from wfsim.figures._encoding import Entry, Section

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_LETTERS = 100  # of a legend's line over the whole width
_HEADING = 26  # letters of a heading's line
_ROW_IN = 0.175

Handle = Callable[[Entry], "Line2D"]


@dataclass(frozen=True, kw_only=True)
class _Row:
    label: str
    handle: Any = None
    bold: bool = False


def as_point(entry: Entry) -> Line2D:
    """A marker; a round one where only the colour counts."""
    from matplotlib.lines import Line2D

    marker = "o" if entry.shape is None else _style.marker(entry.shape)
    colour = _style.GREY if entry.colour is None else entry.colour
    return Line2D([], [], linestyle="", marker=marker, color=colour, markersize=6.0)


def as_line(entry: Entry) -> Line2D:
    """A stroke; a solid one where only the colour counts."""
    from matplotlib.lines import Line2D

    stroke = "-" if entry.shape is None else _style.stroke(entry.shape)
    colour = _style.GREY if entry.colour is None else entry.colour
    return Line2D([], [], linestyle=stroke, color=colour, linewidth=1.6)


def beside(drawn: Figure, sections: Sequence[Section], handle: Handle, more: Mapping[str, Any]) -> None:
    """A legend right of the panels, one section under the other; `more` handles by label stand first."""
    rows = [_Row(label=label, handle=each) for label, each in more.items()] + _rows(sections, handle)
    _draw(drawn, rows, loc="outside right upper", handlelength=2.4 if handle is as_line else 1.6)


def height_in(sections: Sequence[Section], more: int) -> float:
    """Height of the legend that `beside` draws with that many further handles."""
    return _ROW_IN * (len(_rows(sections, as_line)) + more) + 0.2


def rows_above(labels: Sequence[str]) -> int:
    """Rows of the legend that `in_rows` draws."""
    return -(-len(labels) // _columns(labels))


def in_rows(drawn: Figure, axes: Axes) -> None:
    """A legend above the panels of all that has a label in `axes`, row by row."""
    handles, labels = axes.get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside upper center", ncols=_columns(labels))


def _columns(labels: Sequence[str]) -> int:
    return min(max(1, _LETTERS // (max(map(len, labels)) + 8)), len(labels))


def _rows(sections: Sequence[Section], handle: Handle) -> list[_Row]:
    return [row for each in sections for row in (*_heading(each.heading), *_entries(each.entries, handle))]


def _entries(entries: Sequence[Entry], handle: Handle) -> list[_Row]:
    return [_Row(label=each.label, handle=None if each.blank else handle(each)) for each in entries]


def _heading(text: str) -> list[_Row]:
    """A key a line where all of them are too many for one."""
    lines = [text] if len(text) <= _HEADING else text.replace(", ", ",\n").split("\n")
    return [_Row(label=line, bold=True) for line in lines] if text else []


def _draw(drawn: Figure, rows: Sequence[_Row], **rest: Any) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], linestyle="") if row.handle is None else row.handle for row in rows]
    legend = drawn.legend(handles, [row.label for row in rows], **rest)
    for text, row in zip(legend.get_texts(), rows, strict=True):
        text.set_fontweight("bold" if row.bold else "normal")
