"""What `wfsim fit` measured and what it fitted, one panel per model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wfsim.errors import UsageError, nearest
from wfsim.figures import FORMATS, _style
from wfsim.fitting import Fit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS, _HEIGHT_IN = 2, 2.4


def draw_fits(fits: Sequence[Fit], output: Path) -> Path:
    """Draw fits to `output`, whose suffix is the format. Raises UsageError for another format."""
    check_format(output)
    with _style.look():
        from matplotlib.figure import Figure

        rows = -(-len(fits) // _COLUMNS)
        columns = min(len(fits), _COLUMNS)
        drawn = Figure(figsize=(_style.WIDTH_IN, _HEIGHT_IN * rows))
        panels = drawn.subplots(rows, columns, squeeze=False).ravel()
        for axes, fit in zip(panels, fits, strict=False):
            _draw(axes, fit)
        for axes in panels[len(fits) :]:
            axes.set_visible(False)
        drawn.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        output.parent.mkdir(parents=True, exist_ok=True)
        _style.save(drawn, output)
    return output


def check_format(output: Path) -> None:
    """Raises UsageError for a suffix that is no figure's."""
    suffix = output.suffix.lower()
    if suffix not in FORMATS:
        hint = nearest(suffix, FORMATS)
        raise UsageError(f"{output}: no figure format {suffix!r}{hint}; known: {', '.join(FORMATS)}")


def _draw(axes: Axes, fit: Fit) -> None:
    picture = fit.picture
    points = {"linestyle": "none", "marker": "o", "markersize": 2.0, "color": _style.SKY_BLUE, "rasterized": True}
    axes.plot(picture.x, picture.y, label="measured", **points)
    axes.plot(picture.line_x, picture.line_y, color=_style.VERMILION, label="fitted")
    axes.set_xlabel(picture.x_label)
    axes.set_ylabel(picture.y_label)
    axes.set_title(fit.model + (" (in doubt)" if fit.doubt else ""), fontsize=8.0, fontweight="normal")
    if picture.log_x:
        axes.set_xscale("log")
        _style.log_ticks(axes.xaxis)
    if picture.log_y:
        axes.set_yscale("log")
