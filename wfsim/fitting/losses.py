"""Packet losses, independent or in bursts, from a sequence of fates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from wfsim.fitting import DOUBT, LEVEL, Estimate, Fit, Picture, Vector, rounded
from wfsim.fitting.log import LOSS, Log
from wfsim.fitting.runs import Chain, Runs, log_likelihood, run_length_p, run_shares, runs_of

_LEAST_LOSSES, _LEAST_RUNS = 20, 20
_STEP = 1e-3  # of a log odds, for second derivatives
_STARTS = (0.5, 0.1, 0.02)  # P(leaving the bad state), where searches begin


@dataclass(frozen=True, kw_only=True)
class _Model:
    """A chain with fewer parameters: their names, and the chain that they make."""

    names: tuple[str, ...]
    chain: Callable[..., Chain]


_INDEPENDENT = _Model(names=("residual_loss",), chain=lambda q: Chain(q, 1.0 - q, 0.0, 1.0))
_SIMPLE = _Model(names=("p_good_to_bad", "p_bad_to_good"), chain=lambda p, r: Chain(p, r, 0.0, 1.0))
_GILBERT = _Model(names=(*_SIMPLE.names, "loss_bad"), chain=lambda p, r, bad: Chain(p, r, 0.0, bad))
_ELLIOTT = _Model(names=Chain._fields, chain=Chain)

_Found = tuple[_Model, list[float], float]  # with the logarithm of the likelihood


def lacking(log: Log) -> str:
    """Why nothing can be fitted; empty where it can."""
    if not log.has(LOSS):
        return "needs loss, 0 or 1 per packet"
    lost = log.over_time(LOSS)[1]
    fewest = min(lost.sum(), len(lost) - lost.sum())
    if fewest < _LEAST_LOSSES:
        return f"needs {_LEAST_LOSSES} lost packets and as many that arrived"
    found = len(runs_of(lost > 0.5).lengths)
    return f"needs {_LEAST_RUNS} runs of losses and of arrivals; there are {found}" if found < _LEAST_RUNS else ""


def fit_losses(log: Log) -> Fit:
    """Maximum likelihood of independent losses, and of Gilbert-Elliott chains of 2 to 4 parameters where they do better
    by Schwarz's criterion; rows are packets in order of sending.

    Intervals: Clopper-Pearson's of counted transitions; Wald's on the scale of log odds where the state is hidden.
    Goodness: `run_length_p`, a chi-square test of the lengths of runs; `loss_share`, measured.
    """
    lost = log.over_time(LOSS)[1] > 0.5
    runs = runs_of(lost)
    model, values, _ = _chosen(lost, runs)
    chain = model.chain(*values)
    lengths_p = run_length_p(chain, runs, len(values))
    doubt = f"no two-state chain has such runs of losses and arrivals (p = {lengths_p:.2g})"
    return Fit(
        model="losses, independent" if model is _INDEPENDENT else "losses gilbert_elliott",
        samples=len(lost),
        parameters=_estimates(model, values, lost, runs),
        goodness={"run_length_p": lengths_p, "loss_share": float(lost.mean())},
        parts=_parts(model, values),
        picture=_picture(chain, runs),
        doubt=doubt if lengths_p < DOUBT else "",
    )


def _chosen(lost: np.ndarray, runs: Runs) -> _Found:
    """Hidden states are looked for only where runs are not those of a chain whose states are seen."""
    seen = [_counted(_INDEPENDENT, [float(lost.mean())], runs), _counted(_SIMPLE, _transitions(lost), runs)]
    best = _by_schwarz(seen, runs)
    if run_length_p(best[0].chain(*best[1]), runs, len(best[1])) >= 0.05:
        return best
    return _by_schwarz([*seen, _searched(_GILBERT, lost, runs), _searched(_ELLIOTT, lost, runs)], runs)


def _by_schwarz(found: Sequence[_Found], runs: Runs) -> _Found:
    """The least k ln n - 2 ln L."""
    return min(found, key=lambda each: len(each[1]) * math.log(runs.packets) - 2.0 * each[2])


def _counted(model: _Model, values: list[float], runs: Runs) -> _Found:
    return model, values, log_likelihood(model.chain(*values), runs)


def _transitions(lost: np.ndarray) -> list[float]:
    """Shares of arrivals that a loss follows, and of losses that an arrival follows."""
    before, after = lost[:-1], lost[1:]
    return [float((~before & after).sum() / (~before).sum()), float((before & ~after).sum() / before.sum())]


def _searched(model: _Model, lost: np.ndarray, runs: Runs) -> _Found:
    """The best end of several searches on the scale of log odds."""
    from scipy import optimize

    def unlikely(odds: Vector) -> float:
        return -log_likelihood(model.chain(*_probabilities(odds)), runs)

    share, ends = float(lost.mean()), []
    for leave in _STARTS:
        bad_share = min(2.0 * share, 0.5)
        start = [leave * bad_share / (1.0 - bad_share), leave, 0.1 * share, 0.6]
        chosen = dict(zip(Chain._fields, start, strict=True))
        first = np.array([_odds(chosen[name]) for name in model.names])
        ends.append(optimize.minimize(unlikely, first, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-4}))
    best = min(ends, key=lambda end: float(end.fun))
    values = _probabilities(best.x)
    if model is _ELLIOTT and values[2] > values[3]:  # the search named the states the other way round
        values = [values[1], values[0], values[3], values[2]]
    return model, values, -float(best.fun)


def _odds(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


def _probabilities(odds: Vector) -> list[float]:
    return [1.0 / (1.0 + math.exp(-min(max(each, -30.0), 30.0))) for each in odds.tolist()]


def _estimates(model: _Model, values: list[float], lost: np.ndarray, runs: Runs) -> dict[str, Estimate]:
    before, after = lost[:-1], lost[1:]
    if model is _INDEPENDENT:
        intervals = [_exact(int(lost.sum()), len(lost))]
    elif model is _SIMPLE:
        counts = [
            (int((~before & after).sum()), int((~before).sum())),
            (int((before & ~after).sum()), int(before.sum())),
        ]
        intervals = [_exact(*count) for count in counts]
    else:
        intervals = _wald(model, values, runs)
    named = zip(model.names, values, intervals, strict=True)
    return {name: Estimate(value=value, low=low, high=high) for name, value, (low, high) in named}


def _exact(successes: int, trials: int) -> tuple[float, float]:
    from scipy import stats

    found = stats.binomtest(successes, trials).proportion_ci(LEVEL, method="exact")
    return float(found.low), float(found.high)


def _wald(model: _Model, values: list[float], runs: Runs) -> list[tuple[float, float]]:
    """From the curvature of the likelihood; all of [0, 1] where it has none."""
    from scipy import stats

    odds = np.array([_odds(min(max(value, 1e-9), 1.0 - 1e-9)) for value in values])
    curvature = _second_derivatives(lambda at: -log_likelihood(model.chain(*_probabilities(at)), runs), odds)
    reach = float(stats.norm.ppf(0.5 + LEVEL / 2.0))
    try:
        variances = np.diag(np.linalg.inv(curvature))
    except np.linalg.LinAlgError:
        variances = np.full(len(values), -1.0)
    found = []
    for centre, variance in zip(odds, variances, strict=True):
        sure = np.isfinite(variance) and variance > 0.0
        away = reach * math.sqrt(variance) if sure else 60.0
        low, high = _probabilities(np.array([centre - away, centre + away]))
        found.append((low, high))
    return found


def _second_derivatives(function: Callable[[Vector], float], at: Vector) -> Vector:
    """By central differences."""
    count = len(at)
    found, steps = np.empty((count, count)), _STEP * np.eye(count)
    for i in range(count):
        for j in range(i, count):
            corners = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
            total = sum(sign * function(at + a * steps[i] + b * steps[j]) for a, b, sign in corners)
            found[i, j] = found[j, i] = total / (4.0 * _STEP**2)
    return found


def _parts(model: _Model, values: list[float]) -> dict[str, object]:
    stated = {name: rounded(value) for name, value in zip(model.names, values, strict=True)}
    if model is _INDEPENDENT:
        return {"radio.link": stated}
    return {"radio.loss": {"kind": "gilbert_elliott", **stated}}


def _picture(chain: Chain, runs: Runs) -> Picture:
    """How many bursts of losses are at least so long."""
    lengths = runs.whole(lost=True)
    axis = np.arange(1, int(lengths.max()) + 1) if len(lengths) else np.ones(1, dtype=np.int64)
    shares = run_shares(chain, lost=True, longest=len(axis))
    return Picture(
        x_label="Consecutive losses, at least",
        y_label="Share of bursts",
        x=axis.astype(np.float64),
        y=np.array([float((lengths >= length).mean()) if len(lengths) else 0.0 for length in axis]),
        line_x=axis.astype(np.float64),
        line_y=1.0 - np.concatenate([[0.0], np.cumsum(shares)[:-1]]),
        log_y=True,
    )
