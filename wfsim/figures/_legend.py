"""Legends of experiments: sections of colours and shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wfsim.figures import _style
from wfsim.figures._encoding import Entry, Section

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_COLUMN = 4  # lines of a legend above the panels
_LETTERS = 100  # of one of its lines over the whole width

Handle = Callable[[Entry], "Line2D"]


@dataclass(frozen=True, kw_only=True)
class _Row:
    label: str
    handle: Any = None
    bold: bool = False


_BLANK = _Row(label=" ")


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
    rows = [_Row(label=label, handle=each) for label, each in more.items()]
    for section in sections:
        rows += [*_heading(section.heading), *_entries(section.entries, handle)]
    _draw(drawn, rows, loc="outside right upper", handlelength=1.6)


def above(drawn: Figure, sections: Sequence[Section], handle: Handle) -> None:
    """A legend above the panels: columns of each section, the first under its heading."""
    columns = [column for section in sections for column in _columns(section, handle)]
    height = max(map(len, columns))
    rows = [row for column in columns for row in (*column, *([_BLANK] * (height - len(column))))]
    _draw(drawn, rows, loc="outside upper center", ncols=len(columns), handlelength=3.0)


def rows_above(sections: Sequence[Section]) -> int:
    """Lines of the legend that `above` draws."""
    return 1 + max(min(_COLUMN, len(section.entries)) for section in sections)


def in_rows(drawn: Figure, axes: Axes) -> None:
    """A legend above the panels of all that has a label in `axes`, row by row."""
    handles, labels = axes.get_legend_handles_labels()
    columns = max(1, _LETTERS // (max(map(len, labels)) + 8))
    drawn.legend(handles, labels, loc="outside upper center", ncols=min(columns, len(labels)))


def _columns(section: Section, handle: Handle) -> Iterator[list[_Row]]:
    for start in range(0, len(section.entries), _COLUMN):
        heading = _heading(section.heading) if start == 0 else [_BLANK]
        yield [*heading, *_entries(section.entries[start : start + _COLUMN], handle)]


def _entries(entries: Sequence[Entry], handle: Handle) -> list[_Row]:
    return [_Row(label=each.label, handle=None if each.blank else handle(each)) for each in entries]


def _heading(text: str) -> list[_Row]:
    return [_Row(label=text, bold=True)] if text else []


def _draw(drawn: Figure, rows: Sequence[_Row], **rest: Any) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], linestyle="") if row.handle is None else row.handle for row in rows]
    legend = drawn.legend(handles, [row.label for row in rows], **rest)
    for text, row in zip(legend.get_texts(), rows, strict=True):
        text.set_fontweight("bold" if row.bold else "normal")
