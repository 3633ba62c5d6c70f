"""Devices that do not wait for rounds, traced by hand: who arrives when, how stale, and what the adapter becomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute
from wfsim.world.world import World

Line = dict[str, Any]

TURN_S = {"d00001": 1.0, "d00002": 1.5, "d00003": 4.0}


def play(turn_s: dict[str, float] = TURN_S, **fields: Any) -> tuple[World, list[Line]]:
    """Three devices over a network that takes no time; a turn of each takes exactly so long."""
    lines: list[Line] = []
    scenario = Scenario.model_validate(
        {
            "topology": {"kind": "cell", "devices": 3},
            "radio": {"link": "ideal"},
            "devices": {"compute": {"kind": "flops", "jitter": 0.0}},
            "learning": {"kind": "none", "data": "digits", "local": {"steps": 1}},
            "codec": {"kind": "dense", "values": "fp32"},
            **fields,
        }
    )
    world = build_world(scenario, Journal([lines.append]))
    world.flops_per_s = {device: world.workload.flops(device) / turn_s[device] for device in world.devices}
    execute(world)
    return world, lines


def of(lines: list[Line], kind: str, *names: str) -> list[tuple]:
    return [tuple(line[name] for name in names) for line in lines if line["type"] == kind]


def test_three_devices_asynchronously() -> None:
    """Turns of 1, 1.5 and 4 s: arrivals at 1 (d1), 1.5 (d2), 2 (d1), 3 (d1, d2), 4 (d1, d3) ..."""
    _, lines = play(protocol="asynchronous", stop={"rounds": 7})
    expected = [
        (1.0, "d00001", 1, 0, 0),
        (1.5, "d00002", 1, 0, 1),
        (2.0, "d00001", 2, 1, 1),
        (3.0, "d00001", 3, 3, 0),
        (3.0, "d00002", 2, 2, 1),
        (4.0, "d00001", 4, 5, 0),
        (4.0, "d00003", 1, 0, 5),
    ]
    assert of(lines, "update_arrived", "t_s", "device", "round", "base_version", "staleness") == expected
    assert of(lines, "round_closed", "t_s", "version") == [
        (1.0, 1), (1.5, 2), (2.0, 3), (3.0, 4), (3.0, 5), (4.0, 6), (4.0, 7)
    ]  # fmt: skip


def test_a_buffer_of_two() -> None:
    """Versions at 1.5 (d1, d2), 3 (d1 of 2, d1 of 3; d2 of 3 waits), 4 (d2 of 3, d1 of 4); d3 of 4 is left."""
    _, lines = play(protocol={"kind": "buffered", "buffer": 2}, stop={"rounds": 3})
    assert of(lines, "round_closed", "t_s", "participants", "version") == [(1.5, 2, 1), (3.0, 2, 2), (4.0, 2, 3)]
    arrived = of(lines, "update_arrived", "t_s", "device", "base_version", "staleness")
    assert arrived[:4] == [(1.0, "d00001", 0, 0), (1.5, "d00002", 0, 0), (2.0, "d00001", 0, 1), (3.0, "d00001", 1, 0)]
    joined = of(lines, "devices_joined", "t_s", "devices", "version")
    assert joined[0] == (1.0, ["d00001"], 0)


def test_restarting_devices_never_finish_a_long_turn() -> None:
    _, lines = play(protocol={"kind": "asynchronous", "overtaken": "restart"}, stop={"rounds": 5})
    assert {device for (device,) in of(lines, "update_arrived", "device")} == {"d00001"}
    assert all(staleness == 0 for (staleness,) in of(lines, "update_arrived", "staleness"))
    late = of(lines, "device_late", "t_s", "device", "phase", "fate")
    assert late[:2] == [(1.0, "d00002", "compute", "restart"), (1.0, "d00003", "compute", "restart")]
    spent = of(lines, "compute_ended", "device", "compute_s", "finished")
    assert ("d00003", 1.0, False) in spent


def test_an_abandoning_device_waits_to_be_selected() -> None:
    fields = {"protocol": {"kind": "asynchronous", "overtaken": "abandon"}, "stop": {"rounds": 3}}
    _, lines = play(controller={"kind": "random", "devices": 2}, **fields)
    assert all(fate == "abandon" for (fate,) in of(lines, "device_late", "fate"))
    for started, *_ in of(lines, "round_started", "cohort"):
        assert len(started) <= 2


def test_late_devices_of_a_deadline_finish_in_a_later_round() -> None:
    """d3 works until 4 s: the rounds of d1 and d2 close without it at 2 and 3.5 s, the third one takes it too."""
    protocol = {"kind": "deadline", "round_s": 2.0, "overtaken": "finish"}
    _, lines = play(protocol=protocol, stop={"rounds": 3})
    assert of(lines, "round_closed", "t_s", "participants", "overtaken") == [(2.0, 2, 1), (3.5, 2, 1), (5.0, 3, 0)]
    assert (4.0, "d00003", 0, 2) in of(lines, "update_arrived", "t_s", "device", "base_version", "staleness")
    assert not of(lines, "device_late", "device")


def test_the_first_arrivals_close_an_over_selected_round() -> None:
    _, lines = play(protocol={"kind": "over_selection", "arrivals": 2}, stop={"rounds": 2})
    assert of(lines, "round_closed", "t_s", "participants", "overtaken") == [(1.5, 2, 0), (3.0, 2, 0)]
    assert of(lines, "device_late", "t_s", "device", "phase") == [
        (1.5, "d00003", "compute"),
        (3.0, "d00003", "compute"),
    ]


@pytest.mark.parametrize("kind", ["lora", "none"])
def test_equal_devices_with_a_buffer_for_all_are_synchronous_to_the_bit(kind: str) -> None:
    learning = {"kind": kind, "data": "digits", "local": {"steps": 1}}
    equal = dict.fromkeys(TURN_S, 2.0)
    fields = {"learning": learning, "stop": {"rounds": 3}}
    one, synchronous = play(equal, protocol="synchronous", **fields)
    other, buffered = play(equal, protocol={"kind": "buffered", "buffer": 3}, **fields)
    strip = ("seq", "hash")
    assert [{k: v for k, v in line.items() if k not in strip} for line in synchronous] == [
        {k: v for k, v in line.items() if k not in strip} for line in buffered
    ]
    if kind == "lora":
        np.testing.assert_array_equal(one.federation.current.vector(), other.federation.current.vector())


def test_the_adapter_of_an_asynchronous_run_is_the_sum_of_what_arrived() -> None:
    """Every update added to the version it met; recomputed from the jobs, one after the other."""
    learning = {"data": "digits", "local": {"steps": 1}}
    lines: list[Line] = []
    scenario = Scenario.model_validate(
        {
            "topology": {"kind": "cell", "devices": 3},
            "radio": {"link": "ideal"},
            "devices": {"compute": {"kind": "flops", "jitter": 0.0}},
            "learning": learning,
            "codec": {"kind": "dense", "values": "fp32"},
            "aggregator": {"kind": "fedit", "staleness": {"kind": "polynomial", "a": 0.5}},
            "protocol": "asynchronous",
            "stop": {"rounds": 5},
        }
    )
    world = build_world(scenario, Journal([lines.append]))
    world.flops_per_s = {device: world.workload.flops(device) / TURN_S[device] for device in world.devices}
    submit = world.federation.engine.submit
    jobs = []
    world.federation.engine.submit = lambda job: (jobs.append(job), submit(job))[1]
    versions = [world.federation.current.vector().astype(np.float64)]
    compute = world.federation.engine.compute
    execute(world)
    arrived = of(lines, "update_arrived", "device", "round", "base_version")
    staleness = [stale for (each,) in of(lines, "round_closed", "staleness") for stale in each]
    assert staleness == [0, 1, 1, 0, 2]  # the last two arrive at one instant
    for (device, number, base), stale in zip(arrived, staleness, strict=False):
        job = next(job for job in jobs if (job.device, job.round) == (device, number))
        np.testing.assert_allclose(job.start.vector(), versions[base], atol=1e-6)
        (chunk,) = compute([[job]])
        versions.append(versions[-1] + chunk[0].delta.vector() * (1.0 + stale) ** -0.5)
    np.testing.assert_allclose(world.federation.current.vector(), versions[-1], atol=1e-6)
    assert world.federation.version == 5


def test_time_ends_a_run_in_which_nothing_ever_arrives() -> None:
    link = {"kind": "shannon", "residual_loss": 0.999999}
    radio = {"link": link, "transport": "unreliable", "downlink": {"transport": "unreliable"}}
    _, lines = play(protocol="asynchronous", stop={"rounds": None, "time_s": 20.0}, radio=radio)
    assert (lines[-1]["t_s"], lines[-1]["reason"], lines[-1]["rounds"]) == (20.0, "time", 1)
    assert of(lines, "round_closed", "arrived", "version") == [(0, 0)]
    assert len(of(lines, "update_arrived", "device")) > 3


def test_a_round_in_which_nobody_can_start_waits_for_those_at_work() -> None:
    """All three work for longer than a deadline of 0.5 s: rounds close at deadlines that lie ahead, or with uploads."""
    protocol = {"kind": "deadline", "round_s": 0.5, "overtaken": "finish"}
    _, lines = play(protocol=protocol, stop={"rounds": 6})
    rounds = of(lines, "round_closed", "t_s", "round_s", "participants")
    assert all(round_s > 0.0 for _, round_s, _ in rounds)
    assert (1.0, "d00001", 2) in [
        (line["t_s"], line["device"], 2) for line in lines if line["type"] == "update_arrived"
    ]


def test_latecomers_share_the_band_with_everybody_at_work() -> None:
    """`equal` over a static band: a device that starts alone gets a third, as the two that are still at work do."""
    radio = {"fading": "none", "bandwidth_hz": 1e5, "access": {"kind": "fdma", "work_conserving": False}}
    _, lines = play(protocol="asynchronous", stop={"rounds": 6}, radio=radio)
    shares = [s for (by_name,) in of(lines, "band_shared", "shares_hz") for n, s in by_name.items() if n[:2] == "up"]
    assert shares == pytest.approx([1e5 / 3.0] * len(shares))


def test_a_run_that_only_uploads_could_end_gives_up_without_any() -> None:
    from wfsim.errors import RunError

    link = {"kind": "shannon", "residual_loss": 0.9999999}
    radio = {"link": link, "transport": "unreliable", "downlink": {"transport": "unreliable"}}
    with pytest.raises(RunError, match=r"nothing arrived of \d+ turns, so no round ever closes; give stop.time_s"):
        play(protocol="asynchronous", stop={"rounds": 2}, radio=radio)
