"""From a pilot's measured log to parts of a scenario: estimates with intervals, how well they fit, and a picture.

Pure functions of the log; scipy estimates. Intervals hold 95 % where samples are independent of one another: those of a
slow walk are not, and true intervals are then wider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

LEVEL = 0.95
DOUBT = 0.01  # a p-value below it speaks against the model


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A parameter and its interval of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """What was measured, as points, and what the model says, as a line."""

    x_label: str
    y_label: str
    x: Vector
    y: Vector
    line_x: Vector
    line_y: Vector
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """One model fitted to some columns. `parts` are scenario fields by dotted path, empty where the model does not hold
    in the ranges that a scenario allows; `goodness` are figures by name; `doubt` says what speaks against the model."""

    model: str
    samples: int
    parameters: Mapping[str, Estimate]
    goodness: Mapping[str, float]
    parts: Mapping[str, Any]
    picture: Picture
    doubt: str = ""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a log does not say: transmit power, band and noise figure of the pilot, and where path loss begins."""

    power_dbm: float | None = None
    bandwidth_hz: float | None = None
    noise_figure_db: float = 6.0
    reference_m: float = 1.0


def rounded(value: float) -> float:
    """Six significant digits, as a scenario states it."""
    return float(f"{value:.6g}")
