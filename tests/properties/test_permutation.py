"""The order in which devices are listed changes nothing."""

from __future__ import annotations

import random
from typing import Any

import pytest

from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

_DEVICES = [{"name": name, "distance_m": 80.0 + 40.0 * number} for number, name in enumerate("ebdac")]
_VARIANTS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "unicast, losses": {
        "radio": {"downlink": "unicast", "transport": "unreliable", "link": {"kind": "shannon", "residual_loss": 0.2}}
    },
    "random cohort": {"controller": {"kind": "random", "devices": 3}},
    "deadline": {"protocol": {"kind": "deadline", "round_s": 1.0}, "radio": {"transport": "reliable_until_deadline"}},
}


def _lines(devices: list[dict[str, Any]], variant: dict[str, Any]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    scenario = Scenario.model_validate(
        {
            "topology": {"kind": "placed", "devices": devices},
            "learning": {"kind": "none", "data": "digits"},
            "stop": {"rounds": 2},
            **variant,
        }
    )
    execute(build_world(scenario, Journal([lines.append])))
    return lines


@pytest.mark.parametrize("variant", sorted(_VARIANTS))
def test_listing_devices_in_another_order_gives_an_identical_journal(variant: str) -> None:
    sound = _lines(_DEVICES, _VARIANTS[variant])
    assert {line["device"] for line in sound if line["type"] == "update_arrived"} <= set("abcde")
    for seed in range(3):
        shuffled = random.Random(seed).sample(_DEVICES, len(_DEVICES))
        assert _lines(shuffled, _VARIANTS[variant]) == sound


_SITES = [
    {"name": "b", "devices": 3, "min_distance_m": 50.0, "outages": {"kind": "random", "mtbf_s": 5.0, "mttr_s": 1.0}},
    {"name": "a", "devices": 2, "min_distance_m": 50.0, "backhaul": {"kind": "wire", "rate_bps": 1e6, "loss": 0.1}},
    {"name": "c", "devices": 1, "min_distance_m": 50.0, "edge": True},
]


@pytest.mark.parametrize("transport", ["reliable", "unreliable"])
def test_listing_sites_in_another_order_gives_an_identical_journal(transport: str) -> None:
    radio = {"transport": transport, "link": {"kind": "shannon", "residual_loss": 0.1}}

    def lines(sites: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return _lines([], {"topology": {"kind": "sites", "sites": sites}, "radio": radio})

    assert lines(_SITES) == lines(_SITES[::-1]) == lines(sorted(_SITES, key=lambda site: site["name"]))


def test_a_device_keeps_its_large_scale_link_when_others_join() -> None:
    def links(devices: list[dict[str, Any]]) -> dict[str, Any]:
        placed = [line for line in _lines(devices, {}) if line["type"] == "link_placed"]
        return {line["device"]: {k: v for k, v in line.items() if k not in ("seq", "hash")} for line in placed}

    assert links([*_DEVICES, {"name": "aa", "distance_m": 200.0}]).items() > links(_DEVICES).items()
