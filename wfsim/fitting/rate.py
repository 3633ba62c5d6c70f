"""Rate and round-trip time of a link as constants, from their values over time."""

from __future__ import annotations

import numpy as np

from wfsim.fitting import LEVEL, Estimate, Fit, Picture, Vector, rounded
from wfsim.fitting.log import Log

_LEAST_SAMPLES = 10
_STEADY = 0.1  # spread over value up to which a constant stands for all
_QUANTILES = (5, 25, 50, 75, 95)


def lacking(log: Log, name: str) -> str:
    """Why nothing can be fitted to a column; empty where it can."""
    if not log.has(name):
        return f"needs {name}"
    values = log.over_time(name)[1]
    if len(values) < _LEAST_SAMPLES:
        return f"needs {_LEAST_SAMPLES} samples of {name}"
    return "" if values.any() else f"{name} is zero throughout"


def fit_rate(log: Log) -> Fit:
    """The mean rate; its interval is Student's over n (1 - a) / (1 + a) samples, a >= 0 the correlation of neighbours.

    Goodness: standard deviation over mean, and quantiles in bit/s.
    """
    time_s, rate_bps = log.over_time("rate_bps")
    mean_bps = _mean(rate_bps)
    spread = float(rate_bps.std(ddof=1)) / mean_bps.value
    quantiles = {f"q{q:02d}_bps": float(np.percentile(rate_bps, q)) for q in _QUANTILES}
    doubt = f"the rate varies by {100.0 * spread:.3g} % of its mean: replay it rather than take the mean"
    return Fit(
        model="rate, constant",
        samples=len(rate_bps),
        parameters={"rate_bps": mean_bps},
        goodness={"spread": spread, **quantiles},
        parts={"hop": {"kind": "wire", "rate_bps": rounded(mean_bps.value)}},
        picture=_over_time(time_s, rate_bps / 1e6, mean_bps.value / 1e6, "Rate (Mbit/s)"),
        doubt=doubt if spread > _STEADY else "",
    )


def fit_delay(log: Log) -> Fit:
    """Delay one way: half the median round-trip time, both ways alike; the interval is that of order statistics.

    `least_s` is half the shortest time: propagation without queues. Goodness: interquartile range over median.
    """
    time_s, rtt_s = log.over_time("rtt_s")
    delay_s = _median(rtt_s / 2.0)
    low, high = np.percentile(rtt_s / 2.0, [25, 75])
    spread = float(high - low) / delay_s.value if delay_s.value else 0.0
    doubt = f"half of all delays spread over {100.0 * spread:.3g} % of the median: queues vary"
    return Fit(
        model="delay, constant",
        samples=len(rtt_s),
        parameters={"delay_s": delay_s},
        goodness={"spread": spread, "least_s": float(rtt_s.min()) / 2.0},
        parts={"hop": {"kind": "wire", "delay_s": rounded(delay_s.value)}},
        picture=_over_time(time_s, 1e3 * rtt_s, 2e3 * delay_s.value, "Round-trip time (ms)"),
        doubt=doubt if spread > _STEADY else "",
    )


def _mean(values: Vector) -> Estimate:
    from scipy import stats

    correlation = float(np.corrcoef(values[:-1], values[1:])[0, 1]) if np.ptp(values) > 0.0 else 0.0
    alike = min(max(correlation, 0.0), 1.0 - 1.0 / len(values)) if np.isfinite(correlation) else 0.0
    independent = max(len(values) * (1.0 - alike) / (1.0 + alike), 2.0)
    mean, error = float(values.mean()), float(values.std(ddof=1)) / np.sqrt(independent)
    reach = float(stats.t.ppf(0.5 + LEVEL / 2.0, independent - 1.0)) * float(error)
    return Estimate(value=mean, low=mean - reach, high=mean + reach)


def _median(values: Vector) -> Estimate:
    """Ranks between which the median lies with 95 % or more: those of a fair coin."""
    from scipy import stats

    ordered, count = np.sort(values), len(values)
    low = int(stats.binom.ppf(0.5 - LEVEL / 2.0, count, 0.5)) - 1
    first = min(max(low, 0), count - 1)
    return Estimate(value=float(np.median(values)), low=float(ordered[first]), high=float(ordered[count - 1 - first]))


def _over_time(time_s: Vector, values: Vector, level: float, label: str) -> Picture:
    ends = np.array([time_s[0], time_s[-1]])
    return Picture(x_label="Time (s)", y_label=label, x=time_s, y=values, line_x=ends, line_y=np.array([level, level]))
