"""TR 38.901 against the oracle (tr38901.json: an independent code and sionna-no-rt 2.2.0), and points on paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wfsim.contracts import Check, own_checks, title
from wfsim.errors import RunError
from wfsim.radio.path_loss import PathLoss
from wfsim.rng import Streams
from wfsim.scenario.schema import Radio
from wfsim.topology.cell import Cell
from wfsim.topology.layout import layout_of
from wfsim.topology.mobility.static import Static
from wfsim.world.links import draw_links

_ORACLE = json.loads((Path(__file__).parent / "tr38901.json").read_text(encoding="utf-8"))
_FIELDS = {
    "r": "clutter_density",
    "d_clutter": "clutter_size_m",
    "hc": "clutter_height_m",
    "hb": "h_bs_m",
    "hu": "h_ut_m",
}
_YES, _NO = np.array([True]), np.array([False])


def model(scenario: str, **fields: Any) -> PathLoss:
    kind, _, office = scenario.lower().partition("-")
    if kind == "inf":
        return PathLoss.parse({"kind": f"inf_{office}", **fields})
    return PathLoss.parse({"kind": kind, **({"office": office} if office else {}), **fields})


@pytest.mark.parametrize("case", _ORACLE["tr38901_pathloss"]["cases"], ids=lambda case: case["scenario"])
def test_path_loss_of_the_oracle(case: dict[str, Any]) -> None:
    part = model(case["scenario"], h_bs_m=case["h_bs"], h_ut_m=case["h_ut"])
    loss_db = part.loss_db(np.array([case["d2d_m"]]), case["fc_ghz"] * 1e9, np.array([case["los"]]))
    assert loss_db == pytest.approx([case["pl_db_c299792458"]], abs=1e-5)


@pytest.mark.parametrize("case", _ORACLE["tr38901_los_probability"]["cases"], ids=lambda case: case["s"])
def test_los_probability_of_the_oracle(case: dict[str, Any]) -> None:
    part = model(case["s"], **{field: case[key] for key, field in _FIELDS.items() if key in case})
    assert part.los_probability(np.array([float(case["d"])])) == pytest.approx([case["p"]], rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "distance_m", "carrier_hz", "los", "std_db", "correlation_m"),
    [
        *(("umi", 100.0, 2e9, *state) for state in ((True, 4.0, 10.0), (False, 7.82, 13.0))),
        *(("uma", 100.0, 2e9, *state) for state in ((True, 4.0, 37.0), (False, 6.0, 50.0))),
        *(("rma", 500.0, 0.7e9, *state) for state in ((True, 4.0, 37.0), (False, 8.0, 120.0))),
        ("rma", 1000.0, 0.7e9, True, 6.0, 37.0),  # the breakpoint is at 770 m
        *(("inh", 50.0, 2e9, *state) for state in ((True, 3.0, 10.0), (False, 8.03, 6.0))),
        *((f"inf_{hall}", 50.0, 2e9, True, 4.3, 10.0) for hall in ("sl", "dl", "sh", "dh", "hh")),
        *(
            (f"inf_{hall}", 50.0, 2e9, False, std, 10.0)
            for hall, std in {"sl": 5.7, "dl": 7.2, "sh": 5.9, "dh": 4.0}.items()
        ),
    ],
)
def test_shadowing_of_the_tables(
    kind: str, distance_m: float, carrier_hz: float, los: bool, std_db: float, correlation_m: float
) -> None:
    part, state, away_m = PathLoss.parse(kind), np.array([los]), np.array([distance_m])
    assert part.shadow_std_db(state, away_m, carrier_hz) == pytest.approx([std_db])
    assert part.shadow_correlation_m(state) == pytest.approx([correlation_m])


def test_shadowing_of_the_oracle() -> None:
    umi, rma, inf = _ORACLE["tr38901_shadow_sigma_db"]["cases"]
    states, away_m = np.array([True, False]), np.array([100.0, 100.0])
    assert list(model("umi").shadow_std_db(states, away_m, 2e9)) == [umi["LOS"], umi["NLOS"]]
    assert list(model("umi").shadow_correlation_m(states)) == [umi["dcor_LOS"], umi["dcor_NLOS"]]
    assert list(model("rma").shadow_std_db(states, away_m, 2e9)) == [rma["LOS_PL1"], rma["NLOS"]]
    assert list(model("rma").shadow_std_db(states, away_m + 3e3, 2e9)) == [rma["LOS_PL2"], rma["NLOS"]]
    assert list(model("rma").shadow_correlation_m(states)) == [rma["dcor_LOS"], rma["dcor_NLOS"]]
    for hall in ("SL", "DL", "SH", "DH"):
        part = model(f"inf-{hall}")
        assert list(part.shadow_std_db(states, away_m, 2e9)) == [inf["LOS"], inf[hall]]
        assert list(part.shadow_correlation_m(states)) == [inf["dcor"], inf["dcor"]]


@pytest.mark.parametrize(("kind", "near", "far"), [("umi", 21.0, 40.0), ("uma", 22.0, 40.0)])
def test_the_slope_changes_without_a_jump_at_the_breakpoint(kind: str, near: float, far: float) -> None:
    part = PathLoss.parse(kind)
    break_m = 4.0 * (part.h_bs_m - 1.0) * 0.5 * 2e9 / 299_792_458.0
    around_m = break_m * np.array([0.5, 0.999999, 1.000001, 2.0])
    loss_db = part.loss_db(around_m, 2e9, np.ones(4, dtype=bool))
    slant_m = np.hypot(around_m, part.h_bs_m - 1.5)
    assert loss_db[2] - loss_db[1] == pytest.approx(0.0, abs=1e-4)
    assert loss_db[1] - loss_db[0] == pytest.approx(near * np.log10(slant_m[1] / slant_m[0]), rel=1e-6)
    assert loss_db[3] - loss_db[2] == pytest.approx(far * np.log10(slant_m[3] / slant_m[2]), rel=1e-6)


def test_a_rural_line_of_sight_beyond_the_breakpoint_on_paper() -> None:
    """PL1(d_BP) + 40 log10(d_3D / d_BP) with h = 5: 0.03 h^1.72 = 0.4779, 0.044 h^1.72 = 0.7009."""
    break_m, slant_m = 2 * np.pi * 35 * 1.5 * 0.7e9 / 299_792_458.0, np.hypot(3000.0, 33.5)
    grown = 5**1.72
    first_db = 20 * np.log10(40 * np.pi * break_m * 0.7 / 3) + 0.03 * grown * np.log10(break_m) - 0.044 * grown
    expected_db = first_db + 0.002 * np.log10(5) * break_m + 40 * np.log10(slant_m / break_m)
    assert PathLoss.parse("rma").loss_db(np.array([3000.0]), 0.7e9, _YES) == pytest.approx([expected_db], rel=1e-12)


def test_dense_clutter_never_loses_less_than_sparse_clutter() -> None:
    """InF-DL takes the greatest of its own law, InF-SL and LOS: at 3 m InF-SL's, at 60 m its own."""
    part = model("inf-dl")
    for distance_m, law in ((3.0, (33.0, 25.5)), (60.0, (18.6, 35.7))):
        expected_db = law[0] + law[1] * np.log10(distance_m) + 20.0 * np.log10(3.5)
        assert part.loss_db(np.array([distance_m]), 3.5e9, _NO) == pytest.approx([expected_db])


def test_a_higher_device_sees_the_macro_station_more_often() -> None:
    """Table 7.4.2-1, UMa at 100 m and h_ut 23 m has C' = 1; here 22.5 m: C' = 0.95^1.5."""
    street = 0.18 + np.exp(-100 / 63) * 0.82
    expected = street * (1.0 + 0.95**1.5 * 1.25 * np.exp(-100 / 150))
    assert model("uma", h_ut_m=22.5).los_probability(np.array([100.0])) == pytest.approx([expected])


@pytest.mark.parametrize(("office", "distance_m"), [("open", 49.0), ("mixed", 6.4), ("open", 5.0), ("mixed", 1.0)])
def test_the_first_piece_of_an_office(office: str, distance_m: float) -> None:
    start_m, scale_m = (5.0, 70.8) if office == "open" else (1.2, 4.7)
    expected = np.exp(-max(0.0, distance_m - start_m) / scale_m)
    assert model(f"inh-{office}").los_probability(np.array([distance_m])) == pytest.approx([expected])


def test_penetration_into_a_building_on_paper() -> None:
    """Low: glass 2 + 0.2 f, high: coated glass 23 + 0.3 f, concrete 5 + 4 f dB at f = 3.5 GHz; 0.5 dB/m for 8 m."""
    outside_db = model("umi").loss_db(np.array([100.0]), 3.5e9, _NO)
    for o2i, share, glass_db in (("low", 0.3, 2.7), ("high", 0.7, 24.05)):
        inside = model("umi", o2i=o2i, indoor_m=8.0)
        wall_db = 5.0 - 10.0 * np.log10(share * 10 ** (-glass_db / 10) + (1 - share) * 10 ** (-19.0 / 10))
        assert inside.loss_db(np.array([100.0]), 3.5e9, _NO) - outside_db == pytest.approx([wall_db + 4.0])
        assert inside.los_probability(np.array([108.0])) == pytest.approx(
            model("umi").los_probability(np.array([100.0]))
        )
        assert inside.shadow_std_db(_YES, np.array([100.0]), 3.5e9) == pytest.approx([7.0])
        assert inside.shadow_correlation_m(_YES) == pytest.approx([7.0])


def test_without_a_state_the_loss_is_the_mean_over_both() -> None:
    part, away_m = model("uma"), np.array([60.0, 150.0])
    p = part.los_probability(away_m)
    clear_db, hidden_db = (part.loss_db(away_m, 2e9, np.full(2, los)) for los in (True, False))
    assert part.loss_db(away_m, 2e9) == pytest.approx(p * clear_db + (1 - p) * hidden_db)


@pytest.mark.parametrize("check", own_checks("path_loss"), ids=title)
@pytest.mark.parametrize(
    "part",
    [
        model("inh-open"),
        model("umi", o2i="high", h_ut_m=13.5),
        model("rma", o2i="low", building_height_m=50.0, street_width_m=5.0),
        model("inf-sl", h_bs_m=5.0, clutter_density=0.39),
    ],
    ids=lambda part: part.kind,
)
def test_other_settings_keep_the_contract_too(part: PathLoss, check: Check) -> None:
    check(part)


@pytest.mark.parametrize(
    ("kind", "distance_m", "carrier_hz", "words"),
    [
        ("umi", 9.0, 2e9, ["umi", "distance 9 m", "10 to 5000 m"]),
        ("uma", 5001.0, 2e9, ["uma", "distance 5001 m", "10 to 5000 m"]),
        ("uma", 100.0, 0.4e9, ["uma", "carrier 4e+08 Hz", "5e+08 to 1e+11 Hz"]),
        ("rma", 100.0, 31e9, ["rma", "carrier 3.1e+10 Hz", "5e+08 to 3e+10 Hz"]),
        ("rma", 5001.0, 2e9, ["rma", "distance 5001 m", "10 to 5000 m"]),
        ("inh", 151.0, 2e9, ["inh", "distance 151 m", "to 149.987 m"]),
        ("inf_sl", 0.9, 2e9, ["inf_sl", "distance 0.9 m", "1 to 600 m"]),
        ("inf_dh", 601.0, 2e9, ["inf_dh", "distance 601 m", "to 599.965 m"]),
    ],
)
def test_outside_its_validity_a_model_says_which_value_and_range(
    kind: str, distance_m: float, carrier_hz: float, words: list[str]
) -> None:
    with pytest.raises(RunError) as error:
        PathLoss.parse(kind).loss_db(np.array([100.0, distance_m]), carrier_hz)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_rural_line_of_sight_is_valid_to_ten_kilometres() -> None:
    part, far_m = PathLoss.parse("rma"), np.array([9_000.0])
    assert np.isfinite(part.loss_db(far_m, 0.7e9, _YES)).all()
    with pytest.raises(RunError, match="10 to 5000 m"):
        part.loss_db(far_m, 0.7e9, _NO)
    with pytest.raises(RunError, match="10 to 10000 m"):
        part.loss_db(far_m + 2_000.0, 0.7e9, _YES)


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("inf_dh", {"h_bs_m": 5.0}, "h_ut_m 1.5 < clutter_height_m 6 < h_bs_m 5"),
        ("inf_sh", {"h_ut_m": 3.0}, "the device within it"),
        ("inf_sl", {"clutter_density": 0.5}, "less than 0.4"),
        ("rma", {"h_bs_m": 5.0}, "greater than or equal to 10"),
        ("rma", {"street_width_m": 60.0}, "less than or equal to 50"),
        ("rma", {"o2i": "high"}, "'none' or 'low'"),
        ("umi", {"h_ut_m": 1.0}, "greater than or equal to 1.5"),
    ],
)
def test_impossible_fields_are_refused(kind: str, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        PathLoss.parse({"kind": kind, **fields})


def test_links_with_a_line_of_sight_are_as_many_as_the_model_says() -> None:
    """One uniform per link: the number of LOS links is a sum of Bernoulli variables, within 4.5 SE."""
    radio = Radio.model_validate({"path_loss": "umi", "shadowing": {"std_db": None}})
    streams = Streams(3)
    station = layout_of(Cell(devices=3000, radius_m=150.0).graph(streams)).stations[0]
    links = draw_links(radio, streams, station, Static())
    p = radio.path_loss.los_probability(links.distance_m)
    assert links.los is not None
    assert abs(links.los.sum() - p.sum()) < 4.5 * np.sqrt((p * (1 - p)).sum())
    for los, std_db in ((True, 4.0), (False, 7.82)):
        chosen = links.shadowing_db[links.los == los]
        assert abs(chosen.var() - std_db**2) < 4.5 * std_db**2 * np.sqrt(2.0 / len(chosen))
        at_db = radio.path_loss.loss_db(links.distance_m, radio.carrier_hz, np.full(3000, los))
        assert np.array_equal(links.path_loss_db[links.los == los], at_db[links.los == los])
