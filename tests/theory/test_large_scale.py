"""Path loss points, thermal noise, shadowing outage against the oracle (radio.json: formula and source)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wfsim.radio.path_loss import PathLoss
from wfsim.radio.shadowing import Shadowing
from wfsim.rng import Streams
from wfsim.units import noise_density_dbm_per_hz

_ORACLE = json.loads((Path(__file__).parent / "radio.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", _ORACLE["free_space"]["cases"])
def test_free_space(case: dict[str, float]) -> None:
    loss_db = PathLoss.parse("free_space").loss_db(np.array([case["d_m"]]), case["f_ghz"] * 1e9)
    assert loss_db == pytest.approx([case["pl_db"]], rel=1e-12)


@pytest.mark.parametrize("case", _ORACLE["classic_128"]["cases"])
def test_macro_128(case: dict[str, float]) -> None:
    loss_db = PathLoss.parse("macro_128").loss_db(np.array([case["d_m"]]), 2e9)
    assert loss_db == pytest.approx([case["pl_db"]], rel=1e-12)


@pytest.mark.parametrize("case", _ORACLE["thermal_noise"]["cases"])
def test_thermal_noise(case: dict[str, float]) -> None:
    noise_dbm = noise_density_dbm_per_hz(case["NF_db"]) + 10.0 * np.log10(case["B_hz"])
    assert noise_dbm == pytest.approx(case["N_dbm"], abs=1e-9)


@pytest.mark.parametrize("case", _ORACLE["shadowing_outage"]["cases"])
def test_shadowing_outage(case: dict[str, Any]) -> None:
    links = [f"link{i}" for i in range(20_000)]
    loss_db = Shadowing.parse({"kind": "log_normal", "std_db": case["sigma_db"]}).realise(Streams(7), links)
    p = case["p_out"]
    assert abs((loss_db > case["margin_db"]).mean() - p) < 4.5 * np.sqrt(p * (1.0 - p) / len(links))
