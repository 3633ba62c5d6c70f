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


def test_a_job_that_needs_more_memory_than_a_device_has_is_refused(cli) -> None:
    need = json.loads(cli("validate", "small.yaml", "--json").out)["memory_bytes"]
    assert cli("validate", "small.yaml", f"devices.compute.memory_bytes={float(need)}").code == 0
    said = cli("validate", "small.yaml", f"devices.compute.memory_bytes={need - 1.0}")
    assert said.code == 3 and said.err.startswith("small.yaml: devices.compute.memory_bytes: training takes ")


SITES = """\
name: sites
extends: small.yaml
topology:
  kind: sites
  sites:
    - {name: plant, devices: 2, radius_m: 40, radio: wifi, backhaul: {rate_bps: 1e8}}
    - {name: barn, devices: 1, radius_m: 200, min_distance_m: 100, radio: lora, edge: true}
radios:
  wifi: {profile: factory_wifi}
  lora: {profile: lorawan, fading: none, shadowing: none}
"""


def test_every_station_is_told_apart(cli) -> None:
    Path("sites.yaml").write_text(SITES, encoding="utf-8")
    barn, plant = json.loads(cli("validate", "sites.yaml", "--json").out)["sites"]
    assert (plant["station"], plant["radio"], plant["devices"], plant["duty_cycle"]) == ("plant", "wifi", 2, 1.0)
    assert (barn["station"], barn["radio"], barn["devices"], barn["duty_cycle"]) == ("barn", "lora", 1, 0.01)
    assert barn["round_s"] > 100.0 * barn["upload_airtime_s"] > 100.0 * plant["round_s"]
    table = cli("validate", "sites.yaml").out.splitlines()[-3:]
    assert [line.split()[0] for line in table] == ["station", "barn", "plant"]


def test_a_lorawan_plan_of_days_is_refused_with_its_numbers(cli) -> None:
    Path("sites.yaml").write_text(SITES, encoding="utf-8")
    said = cli("validate", "sites.yaml", "learning.adapter.rank=64", "codec.values=fp32")
    assert (said.code, said.err.count("\n")) == (3, 1)
    assert said.err.startswith("sites.yaml: topology: site barn: 9")
    for part in (" bytes in ", " packets over lora (lorawan) take 27 min of airtime", "45 h at 1 % duty cycle"):
        assert part in said.err


FIELDS = """\
name: fields
extends: quickstart.yaml
topology: {kind: sites, sites: [{name: barn, devices: 3, radius_m: 300, min_distance_m: 100, radio: field}]}
radios: {field: {profile: lorawan}}
"""


def test_a_trained_adapter_over_lorawan_is_refused_without_torch(python) -> None:
    """In one line that names bytes, airtime, duty cycle and the limit; also where a deadline is too short."""
    Path("fields.yaml").write_text(FIELDS, encoding="utf-8")
    code = (
        "import sys\nfrom wfsim.cli.main import main\n"
        "print(main(['validate', 'fields.yaml', 'learning.adapter.rank=32']))\n"
        "print(main(['validate', 'fields.yaml', 'protocol={kind: deadline, round_s: 600}']), 'torch' in sys.modules)"
    )
    said = python("-c", code)
    assert said.out == "3\n3 False\n"
    days, deadline = said.err.splitlines()
    field = (
        "fields.yaml: topology: site barn: %s over field (lorawan) take %s of airtime at the median device's mean SNR"
    )
    assert days == field % ("246,694 bytes in 1,112 packets", "7 min") + (
        ", 11 h at 1 % duty cycle, and a plan of 15 rounds 7 days; one of more than a day under a duty cycle is "
        "refused unless stop.time_s allows it"
    )
    assert deadline == field % ("32,390 bytes in 147 packets", "53.8 s") + (
        ", 90 min at 1 % duty cycle, and download, computing and the fixed network 2 min; protocol deadline allows "
        "10 min for a round"
    )
