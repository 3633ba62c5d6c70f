"""A value per round or version, of all runs of an experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wfsim.figures import _style
from wfsim.figures._encoding import Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Series = Mapping[int, float]

_ALONE = 1


def draw_series(axes: Axes, look: Look, series: Sequence[Series], **rest: Any) -> None:
    """The mean at every number that all runs have, and the range of several runs."""
    numbers = sorted(set.intersection(*(set(each) for each in series)))
    values = np.array([[each[number] for number in numbers] for each in series])
    if len(series) > _ALONE:
        axes.fill_between(numbers, values.min(axis=0), values.max(axis=0), color=look.colour, alpha=0.18, linewidth=0.0)
    line = {"color": look.colour, "linestyle": _style.stroke(look.shape), "linewidth": 1.4} | rest
    axes.plot(numbers, values.mean(axis=0), marker="." if len(numbers) == 1 else "", **line)
