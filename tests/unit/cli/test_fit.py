"""`wfsim fit`: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wfsim.scenario.load import load_scenario


@pytest.fixture(autouse=True)
def pilot() -> None:
    """200 rows of a walk and of a lossy link, in pilot.csv."""
    generator = np.random.default_rng(1)
    x = generator.uniform(1.0, 3.0, 200)
    rssi_dbm = 20.0 - 40.0 - 30.0 * x + generator.normal(0.0, 4.0, 200)
    rows = zip(np.arange(200), 10.0**x, rssi_dbm, np.arange(200) % 8 < 2, np.full(200, 0.03), strict=True)
    lines = [f"{t},{d:.3f},{p:.3f},{int(lost)},{rtt}" for t, d, p, lost, rtt in rows]
    Path("pilot.csv").write_text("\n".join(["time_s,distance_m,rssi_dbm,loss,rtt_s", *lines]) + "\n")


def test_a_fit_is_a_scenario_to_extend(cli) -> None:
    said = cli("fit", "pilot.csv", "--power-dbm", "20", "--out", "fit.yaml", "--figure", "fit.svg")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-2:] == ["fit.yaml", "fit.svg"]
    Path("mine.yaml").write_text("extends: fit.yaml\nname: mine\ntopology: {kind: cell, devices: 2}\n")
    radio = load_scenario("mine.yaml").radio
    assert (radio.path_loss.kind, radio.shadowing.kind, radio.uplink_power_dbm) == ("log_distance", "log_normal", 20.0)
    assert radio.path_loss.exponent == pytest.approx(3.0, abs=0.2)
    first = Path("fit.svg").read_bytes()
    cli("fit", "pilot.csv", "--power-dbm", "20", "--figure", "fit.svg")
    assert Path("fit.svg").read_bytes() == first


def test_what_is_printed_can_be_pasted(cli) -> None:
    said = cli("fit", "pilot.csv", "--power-dbm", "20")
    lines = said.out.splitlines()
    Path("pasted.yaml").write_text("\n".join(lines[lines.index("radio:") :]) + "\n")
    assert load_scenario("pasted.yaml").radio.loss.kind == "gilbert_elliott"
    assert lines[-1] == "# on an edge of a topology: hop: {kind: wire, delay_s: 0.015}"
    assert any("in doubt: no two-state chain" in line for line in lines)  # two of eight is no chance


def test_json_holds_estimates_intervals_and_parts(cli) -> None:
    facts = json.loads(cli("fit", "pilot.csv", "--power-dbm", "20", "--json").out)
    exponent = facts["fits"][0]["parameters"]["exponent"]
    assert exponent["low"] < exponent["value"] < exponent["high"]
    assert facts["fits"][1]["doubt"] is not None and facts["fits"][2]["doubt"] is None
    assert facts["hop"] == {"kind": "wire", "delay_s": 0.015}
    assert facts["left_out"].keys() == {"link", "rate"}
    assert facts["scenario"]["radio"]["shadowing"]["kind"] == "log_normal"


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("nix.csv",), 3, "nix.csv: cannot be read"),
        (("pilot.csv", "--bandwidth-hz", "0"), 2, "wfsim: --bandwidth-hz 0: must be a number above 0"),
        (("pilot.csv", "--noise-figure-db", "nan"), 2, "wfsim: --noise-figure-db nan: must be a number from 0 to 50"),
        (("pilot.csv", "--figure", "fit.bmp"), 2, "wfsim: fit.bmp: no figure format '.bmp'"),
        (("pilot.csv", "--out", "nix/fit.yaml"), 2, "wfsim: nix/fit.yaml cannot be written"),
        (("pilot.csv", "--out", "pilot.csv"), 2, "wfsim: pilot.csv is the log"),
    ],
)
def test_wrong_usage(cli, words, code, reason) -> None:
    before = Path("pilot.csv").read_bytes()
    said = cli("fit", *words)
    assert said.code == code and said.err.startswith(reason) and said.err.count("\n") == 1
    assert Path("pilot.csv").read_bytes() == before


def test_a_fit_of_wires_alone_makes_no_scenario(cli) -> None:
    Path("rtt.csv").write_text("rtt_s\n" + "0.02\n" * 20)
    assert cli("fit", "rtt.csv").code == 0
    said = cli("fit", "rtt.csv", "--out", "fit.yaml")
    assert said.code == 2 and "leave --out away" in said.err and not Path("fit.yaml").exists()
