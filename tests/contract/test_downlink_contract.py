from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfsim.downlink import Downlink, DownlinkAir
from wfsim.messages import Plan
from wfsim.radio.packets import Packets

pytestmark = pytest.mark.parametrize("kind", sorted(Downlink.kinds))
_PLAN = Plan(fragment_bytes=(1472, 1472, 100), fragment_entries=(360, 360, 20))


def _download(make_air: Callable[..., Any], kind: str, cohort: list[str], **link: Any) -> tuple[Any, dict[str, Any]]:
    air = make_air([1e6, 1e7, 1e8], link={"kind": "shannon", **link})
    down = DownlinkAir(env=air.env, medium=air.medium, packets=Packets(), links={f"d{n}": n for n in range(3)})
    downlink = Downlink.parse(kind)
    events = downlink.send(down, 4, cohort, _PLAN)
    air.run()
    return air, {device: events[downlink.transfer_name(4, device)].value[device] for device in cohort}


@pytest.mark.parametrize("cohort", [["d1"], ["d0", "d2"], ["d0", "d1", "d2"]])
def test_everybody_gets_the_whole_plan(make_air: Callable[..., Any], kind: str, cohort: list[str]) -> None:
    air, deliveries = _download(make_air, kind, cohort, residual_loss=0.3)
    ended = [line for line in air.lines if line["type"] == "transfer_ended"]
    assert sorted(line["device"] for line in ended) == cohort
    for device, delivery in deliveries.items():
        assert delivery.arrived.tolist() == [True] * 3
        delivered_bits = next(line["delivered_bits"] for line in ended if line["device"] == device)
        assert delivered_bits == _PLAN.size_bits + 3 * 28 * 8


def test_the_order_of_the_cohort_changes_no_delivery(make_air: Callable[..., Any], kind: str) -> None:
    def ends_s(cohort: list[str]) -> dict[str, float]:
        _, deliveries = _download(make_air, kind, cohort, residual_loss=0.3)
        return {name: delivery.end_s for name, delivery in deliveries.items()}

    assert ends_s(["d0", "d1", "d2"]) == ends_s(["d2", "d0", "d1"])


def test_rounds_have_their_own_packet_fates(make_air: Callable[..., Any], kind: str) -> None:
    downlink = Downlink.parse(kind)
    assert downlink.transfer_name(4, "d0") != downlink.transfer_name(5, "d0")


def test_the_band_is_not_over_allocated(make_air: Callable[..., Any], kind: str) -> None:
    air, _ = _download(make_air, kind, ["d0", "d1", "d2"])
    for line in air.lines:
        if line["type"] == "band_shared":
            assert sum(line["shares_hz"].values()) <= line["band_hz"] * (1.0 + 1e-12)
