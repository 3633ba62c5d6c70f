"""One hop by hand: 1000 bit/s, 0.5 s of delay, four packets of 250 bits (1 s) per bundle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wfsim.rng import Streams
from wfsim.wired.bundle import HopTransport

Make = Callable[..., Any]


def test_bundles_follow_each_other(make_line: Make, reliable: HopTransport) -> None:
    """Services [0, 1], [1, 2], [5, 6]; each arrives half a second later."""
    one = make_line()
    for name, at_s in (("x", 0.0), ("y", 0.25), ("z", 5.0)):
        one.offer(name, reliable, at_s)
    one.run()
    assert [one.results[name][0] for name in "xyz"] == [1.5, 2.5, 6.5]
    assert [one.ended(name)["waited_s"] for name in "xyz"] == [0.0, 0.75, 0.0]
    assert [one.ended(name)["service_s"] for name in "xyz"] == [1.0, 1.0, 1.0]


def test_a_repeating_bundle_pauses_in_an_outage(make_line: Make, reliable: HopTransport) -> None:
    """600 bits before [0.6, 2), 400 after; a packet that was half-way goes on where it stopped. The next waits."""
    one = make_line(outages=[[0.6, 2.0]])
    one.offer("x", reliable)
    one.offer("y", reliable)
    ended = one.run().ended("x")
    assert one.results["x"][0] == pytest.approx(2.9, abs=1e-12) and one.arrived("x") == [0, 1, 2, 3]
    assert ended["service_s"] == pytest.approx(2.4, abs=1e-12)
    assert (ended["sent_bits"], ended["delivered_bits"], ended["cause"]) == (1000.0, 1000.0, None)
    assert one.results["y"][0] == pytest.approx(3.9, abs=1e-12)


def test_an_outage_leaves_what_had_passed_of_what_does_not_repeat(make_line: Make, unreliable: HopTransport) -> None:
    """Two packets had left at 0.6 s and arrive; 100 bits of the third are wasted."""
    one = make_line(outages=[[0.6, 2.0]])
    one.offer("x", unreliable)
    ended = one.run().ended("x")
    assert one.results["x"][0] == pytest.approx(1.1, abs=1e-12) and one.arrived("x") == [0, 1]
    assert (ended["delivered_bits"], ended["lost_bits"], ended["cause"]) == (500.0, 500.0, "outage")
    assert ended["sent_bits"] == pytest.approx(600.0, abs=1e-9)


def test_what_waits_without_repeating_is_lost_with_the_outage(
    make_line: Make, reliable: HopTransport, unreliable: HopTransport
) -> None:
    """`x` fails at 0.6 s; `y` waited behind it and falls too, `z` repeats and begins when the hop is up again."""
    one = make_line(outages=[[0.6, 2.0]])
    for name, transport, at_s in (("x", unreliable, 0.0), ("z", reliable, 0.1), ("y", unreliable, 0.2)):
        one.offer(name, transport, at_s)
    one.offer("late", unreliable, 1.0)
    one.run()
    assert one.results["y"][0] == pytest.approx(0.6) and one.arrived("y") == []
    assert one.results["late"][0] == 1.0 and one.arrived("late") == []
    assert one.results["z"][0] == pytest.approx(3.5) and one.ended("z")["waited_s"] == pytest.approx(1.9)


def test_nothing_is_sent_during_an_outage(make_line: Make, reliable: HopTransport) -> None:
    """Cut at 1 s, 0.4 s after the outage began."""
    one = make_line(outages=[[0.6, 2.0]])
    bundle = one.offer("x", reliable)
    one.at(1.0, lambda: one.line.cut(bundle, "round"))
    assert one.run().ended("x")["sent_bits"] == pytest.approx(600.0, abs=1e-9)


def test_a_packet_that_ends_as_the_outage_begins_has_passed(make_line: Make, unreliable: HopTransport) -> None:
    one = make_line(outages=[[0.5, 2.0]])
    one.offer("x", unreliable)
    assert one.run().arrived("x") == [0, 1]


def test_a_full_queue_drops_from_the_end(make_line: Make, unreliable: HopTransport) -> None:
    """Room for 500 bits behind what is sent: `y` keeps two packets, `z` none; at 1.2 s `y` is being sent."""
    one = make_line(queue_bytes=62.5)
    for name, at_s in (("x", 0.0), ("y", 0.1), ("z", 0.2), ("w", 1.2)):
        one.offer(name, unreliable, at_s)
    one.run()
    assert [one.arrived(name) for name in "xyzw"] == [[0, 1, 2, 3], [0, 1], [], [0, 1]]
    assert [one.ended(name)["dropped_bits"] for name in "xyzw"] == [0.0, 500.0, 1000.0, 500.0]
    assert [one.ended(name)["found_bits"] for name in "xyzw"] == [0.0, 0.0, 500.0, 0.0]
    assert (one.results["z"][0], one.results["w"][0]) == (0.2, 2.5)


def test_what_repeats_waits_outside_a_full_queue(
    make_line: Make, reliable: HopTransport, unreliable: HopTransport
) -> None:
    """Times are those of a queue without end; the queue itself never holds more than its room."""
    one = make_line(queue_bytes=62.5)
    for name, at_s in (("x", 0.0), ("y", 0.1), ("z", 0.2)):
        one.offer(name, reliable, at_s)
    one.offer("w", unreliable, 0.3)
    one.run()
    assert [one.results[name][0] for name in "xyzw"] == [1.5, 2.5, 3.5, 0.3]
    assert [one.ended(name)["found_bits"] for name in "xyzw"] == [0.0, 0.0, 500.0, 500.0]


@pytest.mark.parametrize(
    ("at_s", "arrived", "pending_bits", "sent_bits"),
    [(0.8, [0], 750.0, 800.0), (1.2, [0, 1], 500.0, 1000.0), (0.25, [], 1000.0, 250.0)],
    ids=["while it is sent", "on the way", "before anything arrived"],
)
def test_a_cut_keeps_what_has_arrived(
    make_line: Make, unreliable: HopTransport, at_s: float, arrived: list[int], pending_bits: float, sent_bits: float
) -> None:
    """A packet counts when its last bit left half a second ago. The next one begins at once."""
    one = make_line()
    bundle = one.offer("x", unreliable)
    one.offer("y", unreliable, 0.1)
    one.at(at_s, lambda: one.line.cut(bundle, "round"))
    ended = one.run().ended("x")
    assert one.arrived("x") == arrived and one.results["x"][0] == at_s
    assert (ended["pending_bits"], ended["sent_bits"], ended["cause"]) == (pending_bits, sent_bits, "round")
    assert one.results["y"][0] == pytest.approx(min(at_s, 1.0) + 1.5) and len(one.arrived("y")) == 4


def test_a_cut_takes_a_waiting_bundle_out_of_the_queue(make_line: Make, unreliable: HopTransport) -> None:
    one = make_line()
    one.offer("x", unreliable)
    bundle = one.offer("y", unreliable)
    one.offer("z", unreliable)
    one.at(0.4, lambda: one.line.cut(bundle, "crash"))
    ended = one.run().ended("y")
    assert (ended["pending_bits"], ended["sent_bits"], ended["waited_s"], ended["service_s"]) == (1000.0, 0.0, 0.4, 0.0)
    assert one.results["z"][0] == 2.5


@pytest.mark.parametrize("attempts", [None, 2, 1])
def test_lost_packets_fly_again(make_line: Make, attempts: int | None) -> None:
    """Fates are the uniforms of (link, transfer, transmission); every transmission takes its time."""
    limit, missing, flights = attempts or 99, np.ones(40, dtype=bool), 0
    for number in range(1, limit + 1):
        flights += missing.sum()
        missing &= Streams(1).uniforms(40, "hop_fate", "a>b", "x", number) < 0.4
    one = make_line(loss=0.4)
    one.offer("x", HopTransport(repeats=True, max_attempts=attempts), packets=40)
    ended = one.run().ended("x")
    assert one.arrived("x") == np.flatnonzero(~missing).tolist() and flights > 40 - (attempts == 1)
    assert (ended["sent_bits"], ended["lost_bits"]) == (250.0 * flights, 250.0 * missing.sum())
    assert one.results["x"][0] == pytest.approx(0.25 * flights + 0.5)


def test_a_cut_tells_lost_from_pending(make_line: Make) -> None:
    """Cut as half the packets have left, of a transport that sends each once: the lost ones of these will not come."""
    one = make_line(loss=0.4, delay_s=0.0)
    bundle = one.offer("x", HopTransport(repeats=True, max_attempts=1), packets=40)
    one.at(5.0, lambda: one.line.cut(bundle, "end"))
    ended = one.run().ended("x")
    lost = Streams(1).uniforms(40, "hop_fate", "a>b", "x", 1)[:20] < 0.4
    assert one.arrived("x") == np.flatnonzero(~lost).tolist() and 0 < lost.sum() < 20
    assert (ended["lost_bits"], ended["pending_bits"]) == (250.0 * lost.sum(), 5000.0)


def test_what_never_gets_across_is_named(make_line: Make, reliable: HopTransport) -> None:
    one = make_line(outages=[[0.5, 1e9]])
    one.offer("x", reliable)
    one.env.run(until=5.0)
    assert one.line.idle_reason() == "hop a>b: x never gets across"
