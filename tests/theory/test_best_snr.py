"""Selection by instantaneous SNR against order statistics of exponentials."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.control.best_snr import BestSnr
from wfsim.rng import Streams
from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.units import db_to_linear
from wfsim.world.build import build_world
from wfsim.world.candidates import candidates_among

_DEVICES = 8
_ROUNDS = 1500
_COHERENCE_S = 0.05


@pytest.fixture(scope="module")
def gains() -> np.ndarray:
    """Selected gains [rounds, rank] over independent blocks, best first: eight Rayleigh links of one mean SNR."""
    places = [{"name": f"d{number}", "distance_m": 100.0} for number in range(_DEVICES)]
    fading = {"kind": "rayleigh", "coherence_s": _COHERENCE_S}
    world = build_world(
        Scenario.model_validate(
            {
                "topology": {"kind": "placed", "devices": places},
                "radio": {"fading": fading, "shadowing": "none", "link": {"csi_age_s": 0.02}},
                "learning": {"kind": "none", "data": "digits"},
            }
        ),
        Journal(),
    )
    return np.array([_selected(world) for _ in range(_ROUNDS)])


def _selected(world) -> list[float]:
    world.env.run(until=world.env.now + _COHERENCE_S)
    known = candidates_among(world, world.devices)
    chosen = BestSnr(devices=4).select(Streams(1), 1, known)
    return sorted((float(db_to_linear(c.snr_db - c.mean_snr_db)) for c in known if c.device in chosen), reverse=True)


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_mean_gain_of_the_best_devices(gains: np.ndarray, rank: int) -> None:
    """The i-th best of n unit exponentials has mean H_n - H_(i-1) (Renyi 1953)."""
    expected = sum(1.0 / k for k in range(rank, _DEVICES + 1))
    values = gains[:, rank - 1]
    assert abs(values.mean() - expected) < 4.5 * values.std(ddof=1) / math.sqrt(_ROUNDS)
