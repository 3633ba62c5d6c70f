"""Means over seeds with confidence intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Method = Literal["t", "bootstrap"]

BOOTSTRAP_SEED = 1984  # fixed, so that the same values give the same interval
RESAMPLES = 9999


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Mean of `n` values and the interval that holds the true mean with probability `level`.

    `low` and `high` are None where `n` < 2: one value says nothing about its spread. `mean` is None where `n` is 0.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int
    level: float
    method: Method


def mean_interval(values: Sequence[float], level: float = 0.95, method: Method = "t") -> Interval:
    """Confidence interval of the mean of independent values (one per seed).

    `t`: mean +- t_{n-1, (1+level)/2} s / sqrt(n), exact for normal values (Student 1908). `bootstrap`: percentiles of
    the means of RESAMPLES resamples drawn with BOOTSTRAP_SEED (Efron 1979); too narrow below about ten values.
    Raises ValueError for a level outside (0, 1) or an unknown method.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"level {level!r}: a probability between 0 and 1, both excluded")
    if method not in _BOUNDS:
        raise ValueError(f"method {method!r}: t or bootstrap")
    x = np.asarray(values, dtype=float)
    low, high = _bounds(x, level, method)
    return Interval(mean=float(x.mean()) if x.size else None, low=low, high=high, n=x.size, level=level, method=method)


def paired_interval(a: Sequence[float], b: Sequence[float], level: float = 0.95, method: Method = "t") -> Interval:
    """`mean_interval` of the differences b - a of values paired in order. Raises ValueError for unequal lengths."""
    return mean_interval([y - x for x, y in zip(a, b, strict=True)], level, method)


def _bounds(x: NDArray[np.float64], level: float, method: Method) -> tuple[float | None, float | None]:
    if x.size < 2:
        return None, None
    if np.ptp(x) == 0.0:  # nothing varies: both methods end here, without scipy's warnings
        return float(x[0]), float(x[0])
    return _BOUNDS[method](x, level)


def _student(x: NDArray[np.float64], level: float) -> tuple[float, float]:
    from scipy import stats

    margin = stats.t.ppf((1.0 + level) / 2.0, x.size - 1) * x.std(ddof=1) / np.sqrt(x.size)
    return float(x.mean() - margin), float(x.mean() + margin)


def _percentiles(x: NDArray[np.float64], level: float) -> tuple[float, float]:
    from scipy import stats

    found = stats.bootstrap(
        (x,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(BOOTSTRAP_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


_BOUNDS = {"t": _student, "bootstrap": _percentiles}
