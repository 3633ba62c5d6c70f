"""The look of all figures: readable in print, in grey and by colour-blind eyes; and the same bytes every time."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

WIDTH_IN = 7.0  # the width of two columns in print; 1400 pixels at the resolution below

# Okabe & Ito 2008, "Color Universal Design"
BLACK, ORANGE, SKY_BLUE, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE_GREY = "#555555", "#B8B8B8"

_SERIES = (BLUE, ORANGE, BLACK, GREEN, PURPLE, SKY_BLUE, VERMILION)
_STROKES: tuple[Any, ...] = (
    *("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (1, 3))),
    *((0, (10, 3)), (0, (3, 1)), (0, (3, 3, 1, 3)), (0, (8, 1, 3, 1))),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h")

_LOOK: dict[str, Any] = {
    "font.size": 8.0,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 8.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.5,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": BLACK,
    "ytick.labelcolor": BLACK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 200.0,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "wfsim",
    "pdf.fonttype": 42,
}

_PLACES = 9  # of a position in the figure, from 0 to 1
_DECADES = 3e2  # largest / smallest value of an axis from which only powers of ten are named

_METADATA: dict[str, dict[str, None]] = {  # None leaves the entry out: no dates, no versions
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def look() -> AbstractContextManager[None]:
    """The settings to draw and save under; a person's own matplotlibrc changes nothing."""
    import matplotlib

    defaults = {key: value for key, value in matplotlib.rcParamsDefault.items() if key != "backend"}
    return matplotlib.rc_context({**defaults, **_LOOK})


def save(figure: Figure, output: Path) -> None:
    """Write a figure in the format of the suffix: the same figure, the same bytes."""
    suffix = output.suffix.lower()
    _settle(figure)
    figure.savefig(output, format=suffix[1:], metadata=_METADATA[suffix])


def _settle(figure: Figure) -> None:
    """Round where the layout has put the axes: its solver leaves other last digits from time to time, and names of clip
    paths in an SVG are hashes of them."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(value, _PLACES) for value in axes.get_position(original=True).bounds])


def colours(count: int) -> list[Any]:
    """That many colours to tell apart: named ones while they last, then steps of a map from dark to light."""
    import matplotlib

    if count <= len(_SERIES):
        return list(_SERIES[:count])
    steps = matplotlib.colormaps["cividis"].resampled(count)
    return [matplotlib.colors.to_hex(steps(number)) for number in range(count)]


def stroke(number: int) -> Any:
    """Line style of the n-th series, repeated after 10."""
    return _STROKES[number % len(_STROKES)]


def marker(number: int) -> str:
    """Marker of the n-th series, repeated after 10."""
    return MARKERS[number % len(MARKERS)]


def headline(figure: Figure, text: str) -> None:
    """A title over all panels, at the left."""
    figure.suptitle(text, x=0.01, ha="left", fontsize=9.0, fontweight="bold")


def signed(value: float) -> str:
    """A number with at most one decimal and a minus sign as print sets it."""
    return f"{value:.1f}".removesuffix(".0").replace("-", "\N{MINUS SIGN}")


def count_ticks(axis: Axis, most: int, size: float = 1.0) -> None:
    """At most `most` intervals between round numbers of units of `size`, thousands set apart by thin spaces."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, place: _plain(value / size, place)))


def whole_ticks(axis: Axis, most: int) -> None:
    """At most `most` intervals between whole numbers."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(most, integer=True, min_n_ticks=1))


def log_ticks(axis: Axis, decades: float = _DECADES) -> None:
    """Plain numbers at 1, 2 and 5 times powers of ten, or at the powers alone from a ratio of `decades` on."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < decades * low else (1.0,)))
    axis.set_major_formatter(FuncFormatter(_plain))
    axis.set_minor_formatter(NullFormatter())


def _plain(value: float, _: object) -> str:
    return f"{value:,.10g}".replace(",", "\u2009").replace("-", "\N{MINUS SIGN}")
