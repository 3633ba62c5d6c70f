"""Who was heard, how evenly, and how old it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wfsim.errors import UsageError
from wfsim.figures import _style, figure
from wfsim.figures._bars import draw_stacks, name_bars
from wfsim.figures._outcomes import ARRIVED, HELD, LATE, LOST, Outcomes, read_outcomes
from wfsim.figures._rounds import MOST_ROWS, only
from wfsim.results.directory import Run
from wfsim.results.metrics import jain, staleness

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LAYERS: dict[str, dict[str, Any]] = {
    ARRIVED: {"color": _style.BLUE, "label": "update arrived"},
    LOST: {"color": _style.VERMILION, "label": "sent, nothing arrived"},
    HELD: {"color": _style.PURPLE, "label": "held back"},
    LATE: {"color": _style.ORANGE, "label": "late or overtaken"},
}
_COVERAGE: dict[str, Any] = {
    "linestyle": "",
    "marker": "_",
    "markersize": 7.0,
    "markeredgewidth": 1.5,
    "color": _style.BLACK,
    "label": "mean part of an update that arrived",
}


@figure
def participation(runs: Sequence[Run]) -> Figure:
    """Share of one run's rounds in which each device's update arrived, Jain's index; and staleness if there is any.

    A round counts as arrived if anything of the update came; the dash is the mean share of adapter entries that came,
    over all the device's uploads. What is missing to 100 % are rounds in which the device was not asked or was still
    busy. Jain's index is that of the numbers of arrivals. At most the 40 least heard devices are drawn. Raises
    UsageError for several runs and where no round was closed.
    """
    from matplotlib.figure import Figure

    run = only("participation", runs)
    outcomes, ages = read_outcomes(run.whole_lines()), staleness(run.whole_lines()).values
    if outcomes.closed == 0:
        raise UsageError(f"{run.path}: no round was closed: nobody took part")
    stale = any(ages)
    drawn = Figure(figsize=(_style.WIDTH_IN, 2.9))
    panels = drawn.subplots(1, 2 if stale else 1, width_ratios=[3, 1] if stale else None, squeeze=False)[0]
    _draw_devices(panels[0], outcomes)
    if stale:
        _draw_staleness(panels[1], ages)
    _style.headline(drawn, _title(outcomes))
    handles, labels = panels[0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return drawn


def _title(outcomes: Outcomes) -> str:
    index = jain([outcomes.share(device, ARRIVED) for device in outcomes.devices])
    fairness = "no update arrived" if index is None else f"Jain index {index:.3f} over {len(outcomes.devices)} devices"
    return f"{outcomes.title}: {outcomes.closed} rounds, {fairness}"


def _draw_devices(axes: Axes, outcomes: Outcomes) -> None:
    least = sorted(outcomes.devices, key=lambda device: (outcomes.share(device, ARRIVED), device))[:MOST_ROWS]
    devices = sorted(least)
    layers = [
        ([100.0 * outcomes.share(device, kind) for device in devices], look)
        for kind, look in _LAYERS.items()
        if any(outcomes.share(device, kind) for device in devices)
    ]
    draw_stacks(axes, layers)
    coverage = [(x, outcomes.coverage(device)) for x, device in enumerate(devices)]
    known = [(x, 100.0 * share) for x, share in coverage if share is not None]
    axes.plot([x for x, _ in known], [share for _, share in known], **_COVERAGE)
    name_bars(axes, devices, most=20)
    axes.set_ylim(0.0, 103.0)
    axes.set_ylabel("Share of rounds (%)")
    cut = len(devices) < len(outcomes.devices)
    axes.set_xlabel(f"Device (the {len(devices)} least heard)" if cut else "Device")
    _style.count_ticks(axes.yaxis, 5)


def _draw_staleness(axes: Axes, ages: Sequence[int]) -> None:
    counts = Counter(ages)
    axes.bar(list(counts), [100.0 * count / len(ages) for count in counts.values()], width=0.8, color=_style.BLUE)
    axes.set_xlabel("Staleness (versions)")
    axes.set_ylabel("Share of uploads (%)")
    _style.whole_ticks(axes.xaxis, 6)
    _style.count_ticks(axes.yaxis, 5)
    axes.grid(visible=False, axis="x")
