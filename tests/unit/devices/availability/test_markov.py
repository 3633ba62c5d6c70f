from __future__ import annotations

import math

import numpy as np

from wfsim.devices.availability.markov import Markov
from wfsim.rng import Streams

ON_S, OFF_S = 30.0, 10.0


def test_presence_and_its_correlation():
    """p = on / (on + off); P(there at lag t | there) = p + (1 - p) exp(-(1 / on + 1 / off) t), each to 4.5 errors."""
    markov, devices, lag_s = Markov(mean_on_s=ON_S, mean_off_s=OFF_S), [f"d{i}" for i in range(1500)], 5.0
    first, later = (
        np.array([markov.is_available(Streams(1), device, t_s) for device in devices]) for t_s in (100.0, 100.0 + lag_s)
    )
    p = ON_S / (ON_S + OFF_S)
    stays = p + (1.0 - p) * math.exp(-(1.0 / ON_S + 1.0 / OFF_S) * lag_s)
    assert abs(first.mean() - p) < 4.5 * math.sqrt(p * (1.0 - p) / len(devices))
    assert abs(later[first].mean() - stays) < 4.5 * math.sqrt(stays * (1.0 - stays) / first.sum())


def test_states_hold_on_the_grid():
    markov = Markov(mean_on_s=ON_S, mean_off_s=OFF_S, step_s=2.0)
    assert markov.next_change_s(3.0) == 4.0
    inside = [[markov.is_available(Streams(1), "d0", k * 2.0 + dt) for dt in (0.0, 1.0, 1.999)] for k in range(100)]
    assert all(len(set(states)) == 1 for states in inside)
    assert {states[0] for states in inside} == {True, False}
