"""Blocked links against the law of an alternating renewal process with exponential sojourns, and what packets meet."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wfsim.radio.fading import Fading
from wfsim.rng import Streams
from wfsim.switching import Switching

_CLEAR_S, _BLOCKED_S, _COHERENCE_S = 1.5, 0.5, 0.05
_PART = {"kind": "blockage", "inner": "none", "mean_clear_s": _CLEAR_S, "mean_blocked_s": _BLOCKED_S}


def _within(values: NDArray[np.float64], expected: float) -> bool:
    """|mean - expected| < 4.5 standard errors."""
    return abs(values.mean() - expected) < 4.5 * values.std(ddof=1) / math.sqrt(len(values))


def _blocked(links: int, blocks: int, first: int = 0) -> NDArray[np.bool_]:
    """Which of consecutive blocks of 50 ms [links, blocks] are blocked."""
    paths = Fading.parse({**_PART, "loss_db": 10.0}).realise(Streams(5), [f"d{number}" for number in range(links)])
    gains = paths.block_gains(np.arange(links), first, blocks)
    assert set(np.unique(gains)) == {0.1, 1.0}
    return gains < 1.0


@pytest.mark.parametrize("block", [-1000, 0, 777])
def test_stationary_at_any_time(block: int) -> None:
    """P(blocked) = mean_blocked / (mean_clear + mean_blocked), over independent links."""
    assert _within(_blocked(3000, 1, block)[:, 0].astype(float), 0.25)


@pytest.mark.parametrize(("state", "mean_s"), [(True, _BLOCKED_S), (False, _CLEAR_S)])
def test_sojourns_are_exponential(state: bool, mean_s: float) -> None:
    """Mean m and second moment 2 m^2 of whole sojourns of one long path."""
    source, times_s, states = Switching(_BLOCKED_S, _CLEAR_S, lambda tile: Streams(1).generator("t", tile)), [], []
    for tile in range(800):
        switches = source.switches(tile)
        times_s += switches.times_s.tolist()
        states += switches.states[1:].tolist()
    changes = [0, *(np.flatnonzero(np.diff(states)) + 1)]
    sojourns_s = np.diff(np.array(times_s)[changes])[np.array(states)[changes][:-1] == state][1:]
    assert len(sojourns_s) > 2000 and _within(sojourns_s, mean_s) and _within(sojourns_s**2, 2.0 * mean_s**2)


def test_runs_of_blocked_blocks() -> None:
    """A two-state chain seen every T: geometric runs, mean T / ((1 - p) (1 - exp(-T (1/clear + 1/blocked))))."""
    runs = [np.array([len(list(run)) for state, run in groupby(row) if state][1:-1]) for row in _blocked(60, 3000)]
    leave = 0.75 * (1.0 - math.exp(-_COHERENCE_S * (1.0 / _CLEAR_S + 1.0 / _BLOCKED_S)))
    assert _within(np.concatenate(runs).astype(float), 1.0 / leave)


def test_a_blocked_link_keeps_the_fading_of_the_clear_one() -> None:
    names, everyone = ["a", "b"], np.arange(2)
    inner = Fading.parse("rayleigh").realise(Streams(1), names).block_gains(everyone, -50, 400)
    paths = Fading.parse({**_PART, "inner": "rayleigh", "loss_db": 20.0}).realise(Streams(1), names)
    ratio = paths.block_gains(everyone, -50, 400) / inner
    assert np.all(np.isclose(ratio, 1.0) | np.isclose(ratio, 0.01)) and 0.0 < (ratio < 0.5).mean() < 1.0


@pytest.mark.parametrize("engine", ["bulk", "reference"])
def test_the_onset_of_a_blockage_loses_packets_in_bursts(make_air: Callable[..., Any], engine: str) -> None:
    """Independent losses of share p come in runs of mean 1 / (1 - p); stale knowledge loses all of 50 ms."""
    link, lost = {"kind": "shannon", "csi_age_s": 0.05}, []
    for seed in range(8):
        paths = Fading.parse({**_PART, "loss_db": 10.0}).realise(Streams(seed), ["d0"])
        air = make_air((3e6,), link=link, paths=paths, engine=engine)
        air.send("A", [1e3] * 3000)
        mask = np.zeros(3000, dtype=bool)
        mask[air.run().ended("A")["lost"]] = True
        lost.append(mask)
    runs = [len(list(run)) for mask in lost for state, run in groupby(mask) if state]
    share = float(np.mean(lost))
    assert 0.0 < share < 0.2 and len(runs) >= 3
    assert np.mean(runs) > 10.0 / (1.0 - share)
