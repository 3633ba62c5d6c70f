"""What every link carried, when it was busy, and how long its queue was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import UsageError
from wfsim.figures import _quantity, _style, figure
from wfsim.figures._downs import in_words, merged, natural, span_of
from wfsim.figures._rounds import only
from wfsim.results.directory import Run
from wfsim.results.metrics import LinkTable, LinkTotals, Outage, OutageTable
from wfsim.results.metrics.elements import elements_of_hop
from wfsim.results.metrics.links import HOP, Span
from wfsim.units import BITS_PER_BYTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

Array = NDArray[np.float64]

_MOST_ROWS = 60
_MOST_COLUMNS = 3  # of the legend
_BINS = 120  # of the run's time
_ROW_IN, _BAR_HEIGHT = 0.145, 0.74
_BYTES = (("B", 1.0), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12))
_PARTS: dict[str, dict[str, Any]] = {
    "delivered_bits": {"color": _style.BLUE, "label": "delivered"},
    "lost_bits": {"color": _style.VERMILION, "label": "lost"},
    "dropped_bits": {"color": _style.ORANGE, "label": "dropped, queue full"},
    "pending_bits": {"color": _style.YELLOW, "label": "stopped or rerouted"},
}
_SENT: dict[str, Any] = {"linestyle": "", "marker": "|", "markersize": 6.0, "color": _style.BLACK}
_DOWN: dict[str, Any] = {
    "facecolor": "none",
    "edgecolor": _style.VERMILION,
    "linewidth": 0.0,
    "hatch": "/////////",
    "label": "down",
}
_QUEUE = {"max_queue_bits": _style.PALE_GREY, "mean_queue_bits": _style.PURPLE}
_SMALL = 6.5  # points, of numbers in rows


@figure
def links(runs: Sequence[Run]) -> Figure:
    """Bytes over every link of one run, how busy it was over time, and the queue at each hop between fixed nodes.

    A row is one direction of a link; devices share the air of their station. Bytes count headers, each packet once; a
    tick marks what was sent, repetitions included. Shares of time are means over 120th parts of the run, at the right
    over all of it; they are blank for the air where the journal holds no shares of the band. Of a queue the mean and
    the largest that a payload found are drawn, and the mean wait is written. Of many links the 60 with most bytes are
    drawn. Raises UsageError for several runs and where nothing crossed a link.
    """
    from matplotlib.figure import Figure

    run = only("links", runs)
    table, downs, title, end_s = _read(run)
    totals = table.totals()
    if not totals or end_s == 0.0:
        raise UsageError(f"{run.path}: nothing crossed a link in its {end_s:g} s")
    rows = _chosen(totals)
    queued = any(row.medium == HOP for row in rows)
    drawn = Figure(figsize=(_style.WIDTH_IN, 1.35 + _ROW_IN * max(len(rows), 5)))
    panels = drawn.subplots(1, 3 if queued else 2, sharey=True, width_ratios=[1.1, 1.7, 0.9][: 3 if queued else 2])
    _draw_bytes(panels[0], rows)
    image = _draw_use(panels[1], rows, table.spans(), downs, end_s)
    if queued:
        _draw_queues(panels[2], rows)
    _name_rows(panels, rows)
    _style.headline(
        drawn, title + ("" if len(rows) == len(totals) else f": the {len(rows)} of {len(totals)} links with most bytes")
    )
    _explain(drawn, panels, image)
    return drawn


def _read(run: Run) -> tuple[LinkTable, list[Outage], str, float]:
    table, downs, title, end_s = LinkTable(spans=True), OutageTable(), "", 0.0
    for line in run.whole_lines():
        table(line)
        downs(line)
        end_s = line["t_s"]
        if line["type"] == "run_started":
            title = f"{line['scenario']}, seed {line['seed']}"
    return table, downs.outages(), title, end_s


def _chosen(totals: Sequence[LinkTotals]) -> list[LinkTotals]:
    """Those with most bytes: hops before the air, up before down, in order of name."""
    most = sorted(totals, key=lambda link: (-link.offered_bits, natural(link.link)))[:_MOST_ROWS]
    return sorted(most, key=lambda link: (link.medium != HOP, link.direction != "up", natural(link.link)))


def _bytes(rows: Sequence[LinkTotals], name: str) -> Array:
    """[rows]; NaN where it was not measured."""
    values = [getattr(row, name) for row in rows]
    return np.array([np.nan if value is None else value / BITS_PER_BYTE for value in values])


def _draw_bytes(axes: Axes, rows: Sequence[LinkTotals]) -> None:
    base = np.zeros(len(rows))
    for name, look in _PARTS.items():
        lengths = _bytes(rows, name)
        if lengths.any():
            axes.barh(np.arange(len(rows)), lengths, left=base, height=_BAR_HEIGHT, linewidth=0.0, **look)
        base = base + lengths
    sent = _bytes(rows, "sent_bits")
    repeated = np.flatnonzero(sent > base * (1.0 + 1e-9))
    if len(repeated):
        axes.plot(sent[repeated], repeated, **_SENT, label="sent, with repetitions")
    axes.set_xlim(0.0, 1.05 * max(base.max(), sent.max()) or 1.0)
    _name_bytes(axes, "Bytes ({})")


def _name_bytes(axes: Axes, what: str) -> None:
    unit, size = _quantity.unit_of(_BYTES, axes.get_xlim()[1])
    axes.set_xlabel(what.format(unit))
    _style.count_ticks(axes.xaxis, 4, size)


def _draw_use(
    axes: Axes, rows: Sequence[LinkTotals], spans: dict[str, list[Span]], downs: Sequence[Outage], end_s: float
) -> AxesImage:
    from matplotlib.colors import LinearSegmentedColormap

    used = np.array([_share_of_bins(spans[row.link], end_s) for row in rows])
    used[[row.utilisation is None for row in rows]] = np.nan
    ramp = LinearSegmentedColormap.from_list("use", ["#F4F4F4", _style.SKY_BLUE, _style.BLUE, _style.BLACK])
    look = {"cmap": ramp, "vmin": 0.0, "vmax": 100.0, "aspect": "auto", "interpolation": "nearest"}
    image = axes.imshow(100.0 * used, extent=(0.0, end_s, len(rows) - 0.5, -0.5), **look)
    for row, link in enumerate(rows):
        _mark_downs(axes, row, link.link, downs)
        share = "" if link.utilisation is None else f"{100.0 * link.utilisation:.3g} %"
        axes.text(1.01, row, share, transform=axes.get_yaxis_transform(), va="center", fontsize=_SMALL)
    axes.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
    axes.grid(visible=False)
    axes.grid(visible=True, axis="y", which="minor", color="white", linewidth=1.0)
    axes.set_xlim(0.0, end_s)
    axes.set_xlabel("Simulated time (s)")
    _style.count_ticks(axes.xaxis, 5)
    return image


def _share_of_bins(spans: Sequence[Span], end_s: float) -> Array:
    """The share of each bin of the run's time that the spans, which do not overlap, cover: [bins], in 0..1."""
    edges_s = np.linspace(0.0, end_s, _BINS + 1)
    covered_s = np.zeros(_BINS + 1)  # up to each edge
    for start_s, until_s in spans:
        covered_s += np.clip(edges_s, start_s, until_s) - start_s
    return np.clip(np.diff(covered_s) / np.diff(edges_s), 0.0, 1.0)


def _mark_downs(axes: Axes, row: int, link: str, downs: Sequence[Outage]) -> None:
    """Hatches while the link or a node at its ends was down."""
    concerned = elements_of_hop(link)
    found = merged(span_of(each) for each in downs if each.element in concerned and each.what != "server")
    if found:
        axes.broken_barh([(start_s, end_s - start_s) for start_s, end_s in found], (row - 0.5, 1.0), **_DOWN)


def _draw_queues(axes: Axes, rows: Sequence[LinkTotals]) -> None:
    for (name, colour), label in zip(_QUEUE.items(), ("most found waiting", "found on average"), strict=True):
        lengths = np.nan_to_num(_bytes(rows, name))
        axes.barh(np.arange(len(rows)), lengths, height=_BAR_HEIGHT, color=colour, linewidth=0.0, label=label)
    for row, link in enumerate(rows):
        if link.mean_wait_s:
            at = np.nan_to_num(_bytes([link], "max_queue_bits"))[0]
            offset = {"xytext": (3.0, 0.0), "textcoords": "offset points"}
            axes.annotate(_time(link.mean_wait_s), (at, row), **offset, va="center", fontsize=_SMALL)
    longest = max(np.nan_to_num(_bytes(rows, "max_queue_bits")))
    axes.set_xlim(0.0, 1.35 * longest or 1.0)
    _name_bytes(axes, "Queue ({}), mean wait")


def _time(length_s: float) -> str:
    return f"{length_s:.3g} s" if length_s >= 0.1 else f"{float(f'{1e3 * length_s:.2g}'):g} ms"


def _name_rows(panels: Sequence[Axes], rows: Sequence[LinkTotals]) -> None:
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    panels[0].set_yticks(range(len(rows)), [in_words(row.link) for row in rows])
    hops = sum(row.medium == HOP for row in rows)
    for axes in panels:
        axes.tick_params(axis="y", which="both", length=0.0)
        axes.grid(visible=False, axis="y", which="major")
        if 0 < hops < len(rows):
            axes.axhline(hops - 0.5, color=_style.GREY, linewidth=0.8)


def _explain(drawn: Figure, panels: Sequence[Axes], image: AxesImage) -> None:
    found = [panel.get_legend_handles_labels() for panel in panels]
    named = dict(pair for handles, labels in found for pair in zip(labels, handles, strict=True))
    bar = drawn.colorbar(image, ax=panels[1], location="top", shrink=0.6, aspect=30, pad=0.02)
    bar.set_label("Time in use (%)")
    bar.outline.set_visible(False)
    drawn.legend(named.values(), named.keys(), loc="outside lower center", ncols=min(len(named), _MOST_COLUMNS))
