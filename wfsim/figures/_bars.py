"""Stacked bars, one per round or device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wfsim.figures._rounds import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Layer = tuple[Sequence[float], dict[str, Any]]


def draw_stacks(axes: Axes, layers: Sequence[Layer], positions: Sequence[float] | None = None) -> None:
    """Layers (heights and look) on top of each other, at 0, 1, ... or at `positions`."""
    base = np.zeros(len(layers[0][0])) if layers else np.zeros(0)
    for heights, look in layers:
        at = np.arange(len(heights)) if positions is None else np.asarray(positions)
        axes.bar(at, heights, bottom=base, width=0.8, linewidth=0.0, **look)
        base = base + np.asarray(heights)
    axes.grid(visible=False, axis="x")


def name_bars(axes: Axes, devices: Sequence[str], most: int) -> None:
    """Short names under bars, at most about `most`: of more every n-th."""
    step = max(1, -(-len(devices) // most))
    names = short(devices)
    axes.set_xticks(range(0, len(devices), step), names[::step])
    axes.tick_params(axis="x", length=0.0)
    axes.set_xlim(-0.6, len(devices) - 0.4)
