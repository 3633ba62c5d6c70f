from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from wfsim.results.directory import Run
from wfsim.trace import RunStarted


def test_a_valid_scenario_is_called_valid(cli) -> None:
    said = cli("validate", "small.yaml")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "small.yaml: valid"


def test_the_facts_are_those_of_the_run(cli) -> None:
    facts = json.loads(cli("validate", "small.yaml", "--json").out)
    cli("run", "small.yaml", "--out", "one")
    started = next(line for line in Run("one").journal() if line["type"] == RunStarted.name)
    upload = next(
        line for line in Run("one").journal() if line["type"] == "transfer_started" and line["direction"] == "up"
    )
    snr_db = sorted(line["mean_snr_db"] for line in Run("one").journal() if line["type"] == "link_placed")
    assert facts["run_id"] == Run("one").manifest["run_id"]
    assert (facts["devices"], facts["adapter_entries"]) == (started["devices"], started["entries"])
    assert 8 * facts["upload_bytes"] == started["update_bits"]
    assert 8 * facts["download_bytes"] == started["download_bits"]
    assert facts["upload_packets"] == upload["packets"]
    assert facts["packet_overhead"] == pytest.approx(1 - started["update_bits"] / upload["offered_bits"], rel=1e-12)
    assert facts["median_mean_snr_db"] == pytest.approx(snr_db[1], rel=1e-12)


def test_a_federation_that_cannot_be_built_is_an_invalid_scenario(cli) -> None:
    said = cli("validate", "small.yaml", "radio.path_loss=macro_128", "topology.radius_m=9000.0")
    assert said.code == 3
    assert said.err.startswith("small.yaml: ") and "macro_128" in said.err and said.err.count("\n") == 1


def test_nothing_is_written(cli) -> None:
    cli("validate", "small.yaml")
    assert [path.name for path in Path().iterdir()] == ["small.yaml"]


def test_torch_is_not_imported(python) -> None:
    code = (
        "import sys\nfrom wfsim.cli.main import main\n"
        "print(main(['validate', 'small.yaml', 'learning.kind=lora']))\n"
        "print([name for name in ('torch', 'matplotlib', 'transformers', 'pandas') if name in sys.modules])"
    )
    assert python("-c", code).out.endswith("\n0\n[]\n")


def test_upload_time_is_that_of_a_constant_channel(cli) -> None:
    """One device alone: bits / (B min(log2(1 + snr / gap), cap)), with headers, the same as the run's own upload."""
    from wfsim.cli._facts import facts
    from wfsim.scenario.load import load_scenario

    overrides = {
        "topology": {"kind": "placed", "devices": [{"name": "a", "distance_m": 400}]},
        "radio.shadowing": "none",
        "radio.fading": "none",
    }
    known = facts(load_scenario("quickstart", overrides))
    efficiency = math.log2(1.0 + 10.0 ** ((known["median_mean_snr_db"] - 2.0) / 10.0))
    bits = 8 * (known["upload_bytes"] + 28 * known["upload_packets"])
    assert known["slowest_upload_s"] == pytest.approx(bits / (1e6 * efficiency), rel=1e-9)
    assert facts(load_scenario("ideal", overrides))["slowest_upload_s"] == 0.0


def test_upload_time_leaves_foreign_traffic_its_mean_share(cli) -> None:
    """At the link's cap time goes with 1 / band: on for 1 s of 4 s with half the band leaves 7/8."""
    overrides = ["topology={kind: placed, devices: [{name: a, distance_m: 50}]}", "radio.shadowing=none"]
    on_off = "{kind: on_off, mean_on_s: 1, mean_off_s: 3, share: 0.5}"
    free, shared = (
        json.loads(cli("validate", "small.yaml", *overrides, f"radio.background={each}", "--json").out)
        for each in ("none", on_off)
    )
    assert shared["slowest_upload_s"] == pytest.approx(free["slowest_upload_s"] / (1.0 - 0.125), rel=1e-9)
