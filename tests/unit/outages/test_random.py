"""Random failures against the two-state Markov law."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wfsim.outages import Downtime, Outages
from wfsim.rng import Streams

_MTBF_S, _MTTR_S = 3.0, 1.0


def realise(seed: int, element: str = "a") -> Downtime:
    part = Outages.parse({"kind": "random", "mtbf_s": _MTBF_S, "mttr_s": _MTTR_S})
    return part.realise(Streams(seed), element, 0.0)


def within(values: NDArray[np.float64], expected: float) -> bool:
    return abs(values.mean() - expected) < 4.5 * values.std(ddof=1) / math.sqrt(len(values))


def test_it_is_stationary_from_the_start() -> None:
    """P(down) = mttr / (mtbf + mttr) at t = 0 and later."""
    states = np.array([[realise(seed).is_down(t_s) for t_s in (0.0, 0.8)] for seed in range(2_000)], dtype=float)
    assert within(states[:, 0], 0.25) and within(states[:, 1], 0.25)


def test_states_correlate_as_a_two_state_chain() -> None:
    """P(down at t and t + lag) = p (p + (1 - p) exp(-lag (1 / mtbf + 1 / mttr)))."""
    both = np.array([realise(seed).is_down(0.5) and realise(seed).is_down(1.0) for seed in range(2_000)], dtype=float)
    assert within(both, 0.25 * (0.25 + 0.75 * math.exp(-0.5 * (1 / _MTBF_S + 1 / _MTTR_S))))


def test_periods_are_exponential() -> None:
    """Mean m and second moment 2 m^2, of whole periods of one long path."""
    downtime, changes_s = realise(1), [0.0]
    while len(changes_s) < 4_002:
        changes_s.append(downtime.next_change_s(changes_s[-1]))
    was_down = np.array([downtime.is_down(t_s) for t_s in changes_s[1:-1]])
    periods_s = np.diff(changes_s[1:])
    for periods, mean_s in ((periods_s[was_down], _MTTR_S), (periods_s[~was_down], _MTBF_S)):
        assert within(periods, mean_s) and within(periods**2, 2.0 * mean_s**2)


def test_elements_fail_apart() -> None:
    assert realise(1, "a").next_change_s(0.0) != realise(1, "b").next_change_s(0.0)
