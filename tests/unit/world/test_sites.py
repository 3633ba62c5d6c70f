"""Several stations behind a fixed network: times by hand, and what is whose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

Line = dict[str, Any]
Play = Callable[..., list[Line]]

AIR = {  # 20 Mbit/s whatever the distance: 2 MHz at 10 bit/s/Hz, nothing lost, nothing fading
    "bandwidth_hz": 2e6,
    "path_loss": "none",
    "shadowing": "none",
    "fading": "none",
    "link": {"kind": "shannon", "max_bps_per_hz": 10.0},
    "access": "dedicated",
    "packets": {"header_bytes": 0},
}


def _site(name: str, devices: int, **fields: Any) -> dict[str, Any]:
    return {"name": name, "devices": devices, **fields}


def _play(sites: list[dict[str, Any]], **fields: Any) -> list[Line]:
    lines: list[Line] = []
    scenario = Scenario.model_validate(
        {
            "topology": {"kind": "sites", "sites": sites},
            "radio": AIR,
            "stop": {"rounds": 1},
            "devices": {"compute": "instant"},
            "learning": {"kind": "none", "data": "digits"},
            **fields,
        }
    )
    execute(build_world(scenario, Journal([lines.append])))
    return lines


def _of(lines: list[Line], what: str) -> list[Line]:
    return [line for line in lines if line["type"] == what]


def _bits(lines: list[Line]) -> tuple[float, float]:
    started = _of(lines, "run_started")[0]
    return started["download_bits"], started["update_bits"]


WIRE = {"kind": "wire", "rate_bps": 1e6, "delay_s": 0.25}


def test_an_upload_crosses_the_backhaul_after_the_air() -> None:
    """Down: wire, delay, air; up: air, wire, delay."""
    lines = _play([_site("a", 1, backhaul=WIRE)])
    down, up = _bits(lines)
    on_device_s = down / 1e6 + 0.25 + down / 20e6
    (arrived,) = _of(lines, "update_arrived")
    assert arrived["t_s"] == pytest.approx(on_device_s + up / 20e6 + up / 1e6 + 0.25, rel=1e-12)


def test_a_broadcast_crosses_each_backhaul_once_and_a_copy_per_device_otherwise() -> None:
    sites = [_site("a", 3, backhaul=WIRE), _site("b", 2, backhaul=WIRE)]
    for kind, copies in (("broadcast", {"cloud>a": 1, "cloud>b": 1}), ("unicast", {"cloud>a": 3, "cloud>b": 2})):
        lines = _play(sites, radio={**AIR, "downlink": kind})
        down = _bits(lines)[0]
        offered = dict.fromkeys(copies, 0.0)
        for line in _of(lines, "hop_ended"):
            if line["purpose"] == "model":
                offered[line["link"]] += line["offered_bits"]
        assert offered == {link: count * down for link, count in copies.items()}


def test_stations_do_not_share_a_band() -> None:
    """Under FDMA the lone device of one site has all of its band, whatever the others do."""
    sites = [_site("a", 1, backhaul=WIRE), _site("b", 4, backhaul=WIRE)]
    lines = _play(sites, radio={**AIR, "access": "fdma"})
    shares = [line["shares_hz"] for line in _of(lines, "band_shared") if line["station"] == "a"]
    assert shares and all(list(each.values()) == [2e6] for each in shares)


def test_a_station_uses_the_radio_that_it_names() -> None:
    radios = {"slow": {**AIR, "bandwidth_hz": 1e6}}
    sites = [_site("a", 1, backhaul=WIRE), _site("b", 1, backhaul=WIRE, radio="slow")]
    lines = _play(sites, radios=radios)
    airtime_s = {
        line["device"]: line["airtime_s"] for line in _of(lines, "transfer_ended") if line["direction"] == "up"
    }
    assert airtime_s["b-d001"] == pytest.approx(2.0 * airtime_s["a-d001"], rel=1e-12)


def test_a_deadline_leaves_what_has_not_reached_the_server() -> None:
    """The air is over, the backhaul is not: a transport that keeps what came has what has crossed it by then."""
    lines = _play([_site("a", 1, backhaul=WIRE)])
    down, up = _bits(lines)
    left_s = down / 1e6 + 0.25 + down / 20e6 + up / 20e6
    for round_s, least, most in ((left_s - 0.001, 0.0, 0.0), (left_s + 0.25 + 0.5 * up / 1e6, 0.3, 0.7)):
        cut = _play(
            [_site("a", 1, backhaul=WIRE)],
            protocol={"kind": "deadline", "round_s": round_s},
            radio={**AIR, "transport": "unreliable"},
        )
        (closed,) = _of(cut, "round_closed")
        assert least <= closed["coverage"] <= most, round_s


def _outage(*window_s: float) -> dict[str, Any]:
    return {"kind": "scheduled", "windows": [list(window_s)]}


def _middle_s(lines: list[Line], what: str) -> float:
    (crossing,) = [line for line in _of(lines, what) if line["purpose"] == "update"]
    start_s = crossing["start_s"] if what == "transfer_ended" else crossing["t_s"] - 0.25 - crossing["service_s"]
    return start_s + 0.5 * (crossing["airtime_s"] if what == "transfer_ended" else crossing["service_s"])


@pytest.mark.parametrize("transport", ["reliable", "unreliable"])
def test_an_outage_of_the_station_in_the_middle_of_an_upload(transport: str) -> None:
    """What repeats waits two seconds and delivers every byte. What does not ends there and then; what had passed is in
    a station that is down, and does not leave it."""
    radio = {**AIR, "transport": transport}
    quiet = _play([_site("a", 1, backhaul=WIRE)], radio=radio)
    middle_s = _middle_s(quiet, "transfer_ended")
    lines = _play([_site("a", 1, backhaul=WIRE, outages=_outage(middle_s, middle_s + 2.0))], radio=radio)
    (ended,) = [line for line in _of(lines, "transfer_ended") if line["direction"] == "up"]
    whole = transport == "reliable"
    quiet_end_s = _of(quiet, "transfer_ended")[-1]["t_s"]
    assert ended["t_s"] == pytest.approx(quiet_end_s + 2.0 if whole else middle_s, rel=1e-9)
    assert ended["cause"] == (None if whole else "outage")
    assert ended["delivered_bits"] == pytest.approx(
        ended["delivered_bits"] if whole else 0.5 * _bits(lines)[1], rel=0.1
    )
    assert _of(lines, "round_closed")[0]["coverage"] == (1.0 if whole else 0.0)
    assert [(line["t_s"], line["element"]) for line in _of(lines, "outage_started")] == [(middle_s, "a")]


@pytest.mark.parametrize("transport", ["reliable", "unreliable"])
def test_an_outage_of_the_backhaul_in_the_middle_of_an_upload(transport: str) -> None:
    """The same one hop later: what does not repeat delivers what had passed."""
    radio = {**AIR, "transport": transport}
    quiet = _play([_site("a", 1, backhaul=WIRE)], radio=radio)
    middle_s = _middle_s(quiet, "hop_ended")
    down = {**WIRE, "outages": _outage(middle_s, middle_s + 2.0)}
    lines = _play([_site("a", 1, backhaul=down)], radio=radio)
    (closed,), (before,) = _of(lines, "round_closed"), _of(quiet, "round_closed")
    whole = transport == "reliable"
    assert closed["t_s"] == pytest.approx(before["t_s"] + 2.0 if whole else middle_s + 0.25, rel=1e-9)
    assert closed["coverage"] == pytest.approx(1.0 if whole else 0.5, abs=0.0 if whole else 0.1)
    assert [line["what"] for line in _of(lines, "outage_started")] == ["link"]


def test_sites_with_other_transports_and_headers_have_their_own_way_down() -> None:
    """One site loses what its transport does not repeat, the other, over the same kind of hop, loses nothing."""
    lossy = {**WIRE, "loss": 0.3}
    radios = {"hard": {**AIR, "packets": {"header_bytes": 40}, "downlink": {"transport": "unreliable"}}}
    lines = _play([_site("a", 1, backhaul=lossy, radio="hard"), _site("b", 1, backhaul=lossy)], radios=radios)
    hops = {line["link"]: line for line in _of(lines, "hop_ended") if line["purpose"] == "model"}
    assert hops["cloud>a"]["lost_bits"] > 0.0 == hops["cloud>b"]["lost_bits"]
    assert hops["cloud>a"]["offered_bits"] - hops["cloud>b"]["offered_bits"] == 40 * 8 * hops["cloud>a"]["packets"]
