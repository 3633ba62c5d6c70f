"""The structure of what devices learn, and what averaging factors loses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from wfsim.errors import UsageError
from wfsim.figures import _legend, _style, figure
from wfsim.figures._encoding import Look, encode
from wfsim.figures._series import Series, draw_series
from wfsim.results.directory import Run
from wfsim.results.experiments import experiments

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Line = dict[str, Any]
Values = dict[str, dict[int, float]]

_RECORDS = {"updates_measured", "model_updated"}
_PANELS = {
    "score_spread": "Spread of rank scores (std / mean)",
    "off_diagonal": "Off-diagonal share of Gram energy (%)",
    "error": "Error with half of the ranks (%)",
    "covariance_norm": "Covariance norm of factors",
}
_PERCENT = {"off_diagonal", "rank_norm_error", "svd_error"}


@figure
def spectra(runs: Sequence[Run]) -> Figure:
    """Rank-score spread, off-diagonal energy, truncation error against the SVD and covariance norm over versions.

    Of runs made with trace.updates=true; runs that differ in nothing but `seed` are one experiment, drawn as mean and
    range. The error is that of B A with half of its ranks kept, relative to its norm: by the largest scores, and dotted
    for the best that any choice can do (SVD). Raises UsageError for a run that recorded none of this.
    """
    from matplotlib.figure import Figure

    groups = experiments(runs)
    encoding = encode(groups)
    drawn = Figure(figsize=(_style.WIDTH_IN, 4.4))
    panels = dict(zip(_PANELS, drawn.subplots(2, 2, sharex=True).flat, strict=True))
    for look, group in zip(encoding.looks, groups, strict=True):
        _draw_group(panels, look, [_values(run) for run in group.runs])
    for name, axes in panels.items():
        _name_axes(axes, _PANELS[name])
    for axes in (panels["error"], panels["covariance_norm"]):
        axes.set_xlabel("Version of the global adapter")
    _style.headline(drawn, encoding.title or encoding.looks[0].label)
    _explain(panels["error"])
    if len(groups) > 1:
        _legend.beside(drawn, encoding.sections, _legend.as_line, {})
    return drawn


def _values(run: Run) -> Values:
    """Every number by its name and the version it belongs to."""
    found: Values = {}
    for line in _measured(run.whole_lines()):
        for name in line.keys() - {"seq", "type", "hash", "t_s", "version", "device_loss"}:
            size = 100.0 if name in _PERCENT else 1.0
            found.setdefault(name, {})[line["version"]] = size * line[name]
    if "score_spread" not in found:
        raise UsageError(f"{run.path}: its journal holds no structure of updates; run it with trace.updates=true")
    return found


def _measured(lines: Iterable[Line]) -> Iterable[Line]:
    return (line for line in lines if line["type"] in _RECORDS)


def _draw_group(panels: dict[str, Axes], look: Look, members: Sequence[Values]) -> None:
    def series(name: str) -> list[Series]:
        return [values[name] for values in members]

    for name in ("score_spread", "off_diagonal", "covariance_norm"):
        draw_series(panels[name], look, series(name))
    draw_series(panels["error"], look, series("rank_norm_error"))
    draw_series(panels["error"], look, series("svd_error"), linestyle=":", linewidth=1.8)


def _name_axes(axes: Axes, label: str) -> None:
    axes.set_title(label, fontsize=8.0, fontweight="normal")
    axes.set_ylim(bottom=0.0)
    _style.whole_ticks(axes.xaxis, 6)
    _style.count_ticks(axes.yaxis, 5)


def _explain(axes: Axes) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=_style.GREY, label="by score"), Line2D([], [], color=_style.GREY, linestyle=":")]
    handles[1].set_label("SVD, the optimum")
    axes.legend(handles=handles, loc="best", fontsize=7.0)
