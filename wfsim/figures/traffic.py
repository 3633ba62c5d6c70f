"""Bits on the air and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import UsageError
from wfsim.figures import _quantity, _style, figure
from wfsim.figures._bars import draw_stacks, name_bars
from wfsim.figures._rounds import MOST_ROWS, only
from wfsim.figures._traffic import CONTROL, HEADERS, LOST, PAYLOAD, REPEATED, Traffic, read_traffic
from wfsim.results.directory import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

_DIRECTIONS = {"up": "Uplink", "down": "Downlink"}
_MOST_COLUMNS = 4  # of the legend
_LOOKS: dict[int, dict[str, Any]] = {
    PAYLOAD: {"color": _style.BLUE, "label": "delivered payload"},
    HEADERS: {"color": _style.SKY_BLUE, "label": "delivered headers"},
    CONTROL: {"color": _style.PURPLE, "label": "requests, grants, acknowledgements"},
    LOST: {"color": _style.VERMILION, "label": "lost or cut"},
    REPEATED: {"color": _style.YELLOW, "label": "repeated for other receivers"},
}


@figure
def traffic(runs: Sequence[Run]) -> Figure:
    """Radiated bits of one run, up and down: delivered, control, lost, repeated; per round, summed, per device.

    The parts add up to what was radiated. A broadcast counts once per round and in the sum, its parts averaged over
    its receivers; per device it counts at each receiver. Lost are packets that did not get through, each time they
    were sent, and what the end of a round cut. Of many devices the 40 with most bits are drawn. Raises UsageError for
    several runs, and where no round was closed or nothing was radiated.
    """
    from matplotlib.figure import Figure

    run = only("traffic", runs)
    found = read_traffic(run.whole_lines(), run.scenario["radio"]["packets"]["header_bytes"])
    if not any(parts.any() for row in found.rounds for parts in row.values()):
        raise UsageError(f"{run.path}: no bit was radiated in its {len(found.rounds)} closed rounds")
    drawn = Figure(figsize=(_style.WIDTH_IN, 4.2))
    panels = drawn.subplots(2, 3, width_ratios=[1, 1, 1.5])
    for row, direction in zip(panels, _DIRECTIONS, strict=True):
        _draw_direction(row, found, direction)
    for axes, label in zip(panels[1], ("Round", "Round", _device_label(found)), strict=True):
        axes.set_xlabel(label)
    _style.headline(drawn, found.title)
    handles = _handles(found)
    drawn.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), _MOST_COLUMNS))
    return drawn


def _draw_direction(row: Sequence[Axes], found: Traffic, direction: str) -> None:
    per_round = np.array([each[direction] for each in found.rounds])
    _draw_rounds(row[0], per_round)
    _draw_sum(row[1], np.cumsum(per_round, axis=0))
    names = _heaviest(found)
    per_device = np.array([found.devices[name][direction] for name in names])
    _stack(row[2], per_device, np.arange(len(names)))
    name_bars(row[2], names, most=10)
    for axes, what in zip(row, ("per round", "in all", "per device"), strict=True):
        _name_axes(axes, f"{_DIRECTIONS[direction]} {what}")


def _draw_rounds(axes: Axes, bits: Array) -> None:
    _stack(axes, bits, np.arange(1, len(bits) + 1))
    axes.set_xlim(0.4, len(bits) + 0.6)
    _style.whole_ticks(axes.xaxis, 5)


def _stack(axes: Axes, bits: Array, positions: Array) -> None:
    draw_stacks(axes, [(bits[:, part], look) for part, look in _LOOKS.items()], positions)


def _draw_sum(axes: Axes, bits: Array) -> None:
    """Layers that grow from zero at the run's start to the end of each round."""
    rounds, layers = np.arange(len(bits) + 1), np.vstack([np.zeros(bits.shape[1]), bits]).T
    axes.stackplot(rounds, layers, colors=[look["color"] for look in _LOOKS.values()], linewidth=0.0)
    axes.set_xlim(0.0, len(bits))
    _style.whole_ticks(axes.xaxis, 5)


def _name_axes(axes: Axes, title: str) -> None:
    """The title with the unit that suits the panel, and air above the data."""
    if axes.dataLim.y1 > 0.0:
        axes.set_ylim(0.0, 1.05 * axes.dataLim.y1)
    unit, size = _quantity.unit_of(_quantity.BITS, axes.get_ylim()[1])
    axes.set_title(f"{title} ({unit})", fontsize=8.0, fontweight="normal")
    _style.count_ticks(axes.yaxis, 5, size)


def _heaviest(found: Traffic) -> list[str]:
    totals = {name: sum(parts.sum() for parts in both.values()) for name, both in found.devices.items()}
    return sorted(sorted(totals, key=lambda name: (-totals[name], name))[:MOST_ROWS])


def _device_label(found: Traffic) -> str:
    shown = min(MOST_ROWS, len(found.devices))
    return "Device" if shown == len(found.devices) else f"Device (the {shown} with most bits)"


def _handles(found: Traffic) -> list[Any]:
    from matplotlib.patches import Patch

    total = np.sum([parts for row in found.rounds for parts in row.values()], axis=0)
    return [Patch(**look) for part, look in _LOOKS.items() if total[part] > 0.0]
