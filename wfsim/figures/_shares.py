"""A panel of who had how much of the band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wfsim.figures import _quantity, _style
from wfsim.figures._band import Division

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

OTHERS = ("#8CC8EE", "#C6E3F6")  # two tints of sky blue in turn, so that neighbours show


def draw_band(axes: Axes, name: str, divisions: Sequence[Division], end_s: float, named: dict[str, str]) -> None:
    """Hz of every transfer, stacked, from the first division to `end_s`; `named` devices have colours of their own."""
    times_s, layers, band_hz = _layers(divisions, end_s)
    unit, size = _quantity.unit_of(_quantity.BANDS, max(band_hz) * 10.0)
    background = layers.pop(None)
    base = np.zeros(len(times_s))
    if background.any():
        base = background
        look = {"facecolor": "white", "edgecolor": _style.GREY, "hatch": "////", "linewidth": 0.0}
        axes.fill_between(times_s, 0.0, base, step="post", **look, label="foreign traffic")
    for number, (owners, hz) in enumerate(sorted(layers.items())):
        colour = named.get(owners[0], OTHERS[number % 2]) if len(owners) == 1 else OTHERS[0]
        axes.fill_between(times_s, base, base + hz, step="post", color=colour, linewidth=0.0)
        base = base + hz
    axes.step(times_s, band_hz, where="post", color=_style.BLACK, linewidth=0.8, linestyle="--", label="band")
    axes.set_ylim(0.0, 1.08 * max(band_hz))
    axes.set_ylabel(f"{name}\nband ({unit})")
    _style.count_ticks(axes.yaxis, 4, size)


def _layers(divisions: Sequence[Division], end_s: float) -> tuple[Array, dict[Any, Array], list[float]]:
    """Times, Hz of every transfer's devices there (None: foreign traffic), and the whole band; the last one twice."""
    held = [*divisions, divisions[-1]]
    times_s = np.array([*(each.start_s for each in divisions), end_s])
    owners = dict.fromkeys(names for each in divisions for names in each.shares_hz)
    layers: dict[Any, Array] = {names: np.array([each.shares_hz.get(names, 0.0) for each in held]) for names in owners}
    layers[None] = np.array([each.background_hz or 0.0 for each in held])
    return times_s, layers, [each.band_hz for each in held]
