"""What `validate` says of a station, against sums by hand."""

from __future__ import annotations

import math

import pytest

from wfsim.cli._facts import facts as known
from wfsim.errors import ScenarioError
from wfsim.messages import Plan
from wfsim.planning.feasibility import check_feasible, span
from wfsim.planning.site_facts import site_facts
from wfsim.radio.lora import airtime_s
from wfsim.scenario.load import load_scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

UPLOAD, DOWNLOAD = (Plan(fragment_entries=(1,) * n, fragment_bytes=(222,) * n) for n in (100, 50))
BARN = {"name": "barn", "devices": 1, "radius_m": 101.0, "min_distance_m": 100.0, "radio": "lora"}
WIRE = {"kind": "wire", "rate_bps": 1e6, "delay_s": 0.5}


def facts(changes=None, *more, sites=(BARN,)):
    scenario = load_scenario(
        "quickstart",
        {
            "topology": {"kind": "sites", "sites": list(sites)},
            "radios": {"lora": {"profile": "lorawan", "shadowing": "none", **(changes or {})}},
            **dict(more),
        },
    )
    return scenario, site_facts(scenario, UPLOAD, DOWNLOAD, 0.0)


def test_a_lorawan_upload_is_so_many_packets_of_known_airtime():
    (site,) = facts()[1]
    assert (site.station, site.air, site.profile, site.packets, site.upload_bytes) == (
        "barn",
        "lora",
        "lorawan",
        100,
        22200,
    )
    assert site.airtime_s == pytest.approx(100 * airtime_s(235, 7, 125e3), rel=1e-9)
    assert site.alone_s == pytest.approx(100 * site.airtime_s, rel=1e-12)


def test_shares_and_the_duty_cycle_lengthen_uploads():
    """At the cap four devices that share a band take four times as long; a tenth of the time ten times."""
    four = {**BARN, "devices": 4}
    link = {"link": {"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 1e-3}, "access": "fdma", "duty_cycle": 0.1}
    (site,) = facts(link, sites=(four,))[1]
    assert site.airtime_s == pytest.approx(site.packet_bits / (125e3 * 1e-3), rel=1e-9)
    assert site.uploads_s == pytest.approx([40.0 * site.airtime_s] * 4, rel=1e-9)


def test_the_fixed_network_is_stored_and_forwarded():
    """Down bits / rate + delay; up the same, and three uploads behind the first at the slowest hop."""
    (site,) = facts(sites=({**BARN, "devices": 4, "backhaul": WIRE},))[1]
    up_s, down_s = (n * 8.0 * 235 / 1e6 for n in (100, 50))
    assert site.backhaul_s == pytest.approx(4 * up_s + down_s + 2 * 0.5, rel=1e-12)


def test_losses_of_a_hop_are_sent_again():
    (site,) = facts(sites=({**BARN, "backhaul": {**WIRE, "loss": 0.5}},))[1]
    assert site.backhaul_s == pytest.approx(2 * 150 * 8.0 * 235 / 1e6 + 1.0, rel=1e-12)


def test_a_day_is_the_longest_upload():
    scenario, (site,) = facts()
    check_feasible(scenario, [site])
    scenario, sites = facts({"duty_cycle": 1e-4})
    said = (
        "site barn: 22,200 bytes in 100 packets over lora .lorawan. take 36.9 s of airtime at the median device's mean "
    )
    with pytest.raises(ScenarioError, match=f"{said}SNR, 4 days at 0.01 % duty cycle; .* more than a day is refused"):
        check_feasible(scenario, sites)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            ("protocol", {"kind": "deadline", "round_s": 3600.0}),
            "61 min at 1 % duty cycle, and download, computing and the fixed network 18.4 s; protocol deadline allows",
        ),
        (("stop", {"rounds": 5, "time_s": 600.0}), "duty cycle; stop.time_s gives the whole run 10 min"),
    ],
)
def test_deadlines_that_cannot_be_met_are_refused(more, message):
    with pytest.raises(ScenarioError, match=message):
        check_feasible(*facts({}, more))


def test_a_deadline_that_can_be_met_is_not():
    """3689 s of upload, 18.4 s of download beside it."""
    check_feasible(*facts({}, ("protocol", {"kind": "deadline", "round_s": 3710.0})))
    with pytest.raises(ScenarioError, match="deadline allows"):
        check_feasible(*facts({}, ("protocol", {"kind": "deadline", "round_s": 3700.0})))


@pytest.mark.parametrize(
    ("changes", "more"), [({}, {"overtaken": "finish"}), ({}, {"min_arrivals": 1}), ({"transport": "unreliable"}, {})]
)
def test_a_deadline_after_which_something_counts_refuses_nothing(changes, more):
    check_feasible(*facts(changes, ("protocol", {"kind": "deadline", "round_s": 60.0, **more})))


def test_rounds_that_take_days_are_refused_unless_the_scenario_allows_them():
    """100 rounds of an hour each, wherever the device is: four days; an asynchronous server does not wait for them."""
    said = "61 min at 1 % duty cycle, and a plan of 100 rounds 4 days; one of more than a day under a duty cycle is ref"
    with pytest.raises(ScenarioError, match=said):
        check_feasible(*facts({}, ("stop", {"rounds": 100})))
    for allowed in (
        ("stop", {"rounds": 100, "time_s": 1e6}),
        ("stop", {"rounds": 20}),
        ("protocol", {"kind": "asynchronous"}),
    ):
        check_feasible(*facts({}, allowed, *([] if allowed[0] == "stop" else [("stop", {"rounds": 100})])))


def test_slots_that_a_duty_cycle_leaves_unused_cost_nothing():
    """Ten devices in turns send for a tenth of the time anyway."""
    slots = {"access": "tdma", "fading": "none"}
    free, bound = (facts({**slots, "duty_cycle": d}, sites=({**BARN, "devices": 10},))[1][0] for d in (1.0, 0.1))
    assert bound.uploads_s == pytest.approx(free.uploads_s, rel=1e-9)
    assert bound.alone_s == pytest.approx(10.0 * bound.airtime_s, rel=1e-9)


def test_a_run_takes_what_was_said():
    """One device without fading: its upload lasts `alone_s`; the download is not bound by the duty cycle."""
    lines = []
    scenario = load_scenario(
        "quickstart",
        {
            "topology": {"kind": "sites", "sites": [BARN]},
            "radios": {"lora": {"profile": "lorawan", "shadowing": "none", "fading": "none"}},
            "learning.kind": "none",
            "stop.rounds": 1,
        },
    )
    (site,) = known(scenario)["sites"]
    execute(build_world(scenario, Journal([lines.append])))
    ended = {line["direction"]: line for line in lines if line["type"] == "transfer_ended"}
    lasted_s = {direction: line["t_s"] - line["start_s"] for direction, line in ended.items()}
    assert lasted_s["up"] == pytest.approx(site["median_upload_s"], rel=1e-6)
    assert ended["up"]["airtime_s"] == pytest.approx(site["upload_airtime_s"], rel=1e-6)
    assert lasted_s["down"] == pytest.approx(ended["down"]["airtime_s"], rel=1e-6)


def test_a_station_out_of_reach_is_refused_unless_fading_may_help():
    """14 dBm - L over -117 dBm of noise; SF7 is heard from -7.5 dB on, and fading may add 10 dB."""
    law = {"kind": "log_distance", "exponent": 1.0, "reference_m": 100.0}
    near, faded, far = ({"path_loss": {**law, "reference_db": loss_db}} for loss_db in (138.0, 142.0, 152.0))
    assert facts(near)[1][0].alone_s < math.inf
    with pytest.raises(
        ScenarioError, match="do not arrive: the median device's mean SNR, -21.0 dB, is too low for its"
    ):
        check_feasible(*facts(far))
    scenario, (site,) = facts(faded)
    assert math.isinf(site.airtime_s) and not site.is_mute
    check_feasible(scenario, [site])
    with pytest.raises(ScenarioError, match="do not arrive"):
        check_feasible(*facts({**faded, "fading": "none"}))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.25, "0.25 s"), (119.0, "119 s"), (900.0, "15 min"), (33.4 * 3600, "33 h"), (137.2 * 86400, "137 days")],
)
def test_spans(seconds, text):
    assert span(seconds) == text
