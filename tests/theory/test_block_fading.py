"""Outage and ergodic capacity over block fading against the shared oracle (radio.json holds formula and source).

Links and blocks are independent, so n = links x blocks samples have the standard errors of independent draws.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from wfsim.radio.fading import Fading
from wfsim.radio.link import Link
from wfsim.rng import Streams
from wfsim.units import db_to_linear

_ORACLE = json.loads((Path(__file__).parent / "radio.json").read_text(encoding="utf-8"))
_LINKS = 200
_SHANNON = Link.parse({"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 1e6})


@cache
def _gains(kind: str, k_db: float | None = None) -> NDArray[np.float64]:
    fields = {} if k_db is None else {"k_db": k_db}
    paths = Fading.parse({"kind": kind, **fields}).realise(Streams(11), [f"link{i}" for i in range(_LINKS)])
    return paths.block_gains(np.arange(_LINKS), -320, 640)


def _check_share(hits: NDArray[np.bool_], p: float) -> None:
    assert abs(hits.mean() - p) < 4.5 * np.sqrt(p * (1.0 - p) / hits.size)


def _check_mean(samples: NDArray[np.float64], mean: float) -> None:
    assert abs(samples.mean() - mean) < 4.5 * samples.std() / np.sqrt(samples.size)


@pytest.mark.parametrize("case", _ORACLE["rayleigh_outage"]["cases"])
def test_rayleigh_outage(case: dict[str, float]) -> None:
    _check_share(_gains("rayleigh") < db_to_linear(case["gth_db"] - case["gbar_db"]), case["p"])


@pytest.mark.parametrize("case", _ORACLE["rician_outage"]["cases"])
def test_rician_outage(case: dict[str, float]) -> None:
    _check_share(_gains("rician", case["K_db"]) < db_to_linear(case["gth_db"] - case["gbar_db"]), case["p"])


@pytest.mark.parametrize("case", _ORACLE["rayleigh_outage"]["cases"])
def test_rician_without_line_of_sight_has_rayleigh_outage(case: dict[str, float]) -> None:
    _check_share(_gains("rician", -60.0) < db_to_linear(case["gth_db"] - case["gbar_db"]), case["p"])


def test_rician_without_line_of_sight_and_rayleigh_are_exponential() -> None:
    for gains in (_gains("rician", -60.0), _gains("rayleigh")):
        distance = stats.kstest(gains.ravel(), "expon").statistic
        assert distance < stats.kstwobign.isf(2.0 * stats.norm.sf(4.5)) / np.sqrt(gains.size)


@pytest.mark.parametrize("k_db", [0.0, 7.0])
def test_rician_variance(k_db: float) -> None:
    """Var |h|^2 = (1 + 2 K) / (1 + K)^2. Source: Simon and Alouini 2005, ch. 2 (amount of fading)."""
    k = float(db_to_linear(k_db))
    _check_mean((_gains("rician", k_db) - 1.0) ** 2, (1.0 + 2.0 * k) / (1.0 + k) ** 2)


@pytest.mark.parametrize("case", _ORACLE["ergodic_capacity_rayleigh_bpshz"]["cases"])
def test_ergodic_capacity(case: dict[str, float]) -> None:
    mean_snr = db_to_linear(case["gbar_db"])
    assert _SHANNON.efficiency(mean_snr) == pytest.approx(case["C_awgn"], rel=1e-12)
    _check_mean(_SHANNON.efficiency(mean_snr * _gains("rayleigh")), case["C"])


@pytest.mark.parametrize("case", _ORACLE["best_of_K_ergodic_capacity"]["cases"])
def test_serving_the_best_of_k_links(case: dict[str, float]) -> None:
    """Groups of K links: the best gain in each block."""
    best = _gains("rayleigh").reshape(_LINKS // int(case["K"]), int(case["K"]), -1).max(axis=1)
    mean_snr = db_to_linear(case["gbar_db"])
    _check_mean(mean_snr * best, case["mean_gmax"])
    _check_mean(_SHANNON.efficiency(mean_snr * best), case["C"])
