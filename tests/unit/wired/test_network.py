"""Ways, waits and cuts in small networks by hand: 1000 bits per payload, so one second per hop of 1000 bit/s."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfsim.errors import RunError
from wfsim.wired.bundle import HopTransport

Make = Callable[..., Any]

CHAIN = {("s", "g"): {"delay_s": 0.5}, ("g", "c"): {"rate_bps": 2000.0, "delay_s": 0.25}}
RING = {**CHAIN, ("s", "x"): {"rate_bps": 800.0}, ("x", "c"): {"rate_bps": 800.0}}


def down(windows: list[list[float]]) -> dict[str, Any]:
    return {"outages": {"kind": "scheduled", "windows": windows}}


def with_outage(links: dict[Any, Any], link: tuple[str, str], windows: list[list[float]]) -> dict[Any, Any]:
    return {**links, link: {**links[link], **down(windows)}}


def test_two_hops_store_and_forward(make_network: Make, reliable: HopTransport) -> None:
    """u: [0, 1] + 0.5, then [1.5, 2] + 0.25; v follows on the first hop, [1, 2] + 0.5, then [2.5, 3] + 0.25."""
    net = make_network(CHAIN)
    net.carry("u", "s>c", reliable)
    net.carry("v", "s>c", reliable)
    net.run()
    assert (net.arrival_s("u"), net.arrival_s("v")) == (2.25, 3.25)
    assert [line["link"] for line in net.of("hop_ended")] == ["s>g", "g>c", "s>g", "g>c"]


def test_an_outage_in_the_middle_is_waited_for(make_network: Make, reliable: HopTransport) -> None:
    """g>c carries 500 of 1000 bits in [1.5, 1.75), pauses to 5 s and needs 0.25 s more; the delay is 0.25 s."""
    net = make_network(with_outage(CHAIN, ("g", "c"), [[1.75, 5.0]]))
    net.carry("u", "s>c", reliable)
    net.run()
    assert net.arrival_s("u") == 5.5 and net.arrived("u") == [0, 1, 2, 3]
    outages = [(line["type"], line["t_s"], line["element"], line["what"]) for line in net.lines if "element" in line]
    assert outages == [("outage_started", 1.75, "c<>g", "link"), ("outage_ended", 5.0, "c<>g", "link")]
    assert net.of("outage_ended")[0]["down_s"] == 3.25


def test_what_does_not_repeat_delivers_what_passed(make_network: Make, unreliable: HopTransport) -> None:
    """Two packets crossed g>c before its outage; the last hop's record says why the others did not."""
    net = make_network(with_outage(CHAIN, ("g", "c"), [[1.75, 5.0]]))
    net.carry("u", "s>c", unreliable)
    net.run()
    assert net.arrived("u") == [0, 1] and net.arrival_s("u") == 2.0 and net.results["u"][1].cause == "outage"
    assert net.of("hop_ended")[-1]["lost_bits"] == 500.0


def test_packets_lost_on_a_hop_are_not_carried_by_the_next(make_network: Make, unreliable: HopTransport) -> None:
    """An outage at 0.6 s leaves two packets on the first hop; the cause stays with the payload."""
    net = make_network(with_outage(CHAIN, ("s", "g"), [[0.6, 0.7]]))
    net.carry("u", "s>c", unreliable)
    net.run()
    assert net.arrived("u") == [0, 1] and net.results["u"][1].cause == "outage"
    assert [line["offered_bits"] for line in net.of("hop_ended")] == [1000.0, 500.0]
    assert net.arrival_s("u") == pytest.approx(1.1 + 0.25 + 0.25)


def test_an_outage_ahead_changes_the_way(make_network: Make, reliable: HopTransport) -> None:
    """s>x>c takes 2.5 s instead of 2.25 s; once g<>c is up again the ordinary way is taken without a word."""
    net = make_network(with_outage(RING, ("g", "c"), [[0.0, 3.0]]))
    net.carry("u", "s>c", reliable)
    net.carry("v", "s>c", reliable, 4.0)
    net.run()
    assert net.arrival_s("u") == 2.5 and net.arrival_s("v") == 6.25
    (rerouted,) = net.of("rerouted")
    assert (rerouted["transfer"], rerouted["before"], rerouted["after"]) == ("u", ["s", "g", "c"], ["s", "x", "c"])


def test_a_payload_on_its_way_turns_back(make_network: Make, reliable: HopTransport) -> None:
    """At g at 1.5 s it finds g<>c down: back to s (1 + 0.5 s), then over x (2.5 s)."""
    net = make_network(with_outage(RING, ("g", "c"), [[1.0, 100.0]]))
    net.carry("u", "s>c", reliable)
    net.run()
    assert net.arrival_s("u") == 5.5
    assert net.of("rerouted")[0]["node"] == "g" and net.of("rerouted")[0]["after"] == ["g", "s", "x", "c"]


def test_what_waits_for_a_link_that_goes_down_leaves_it(make_network: Make, reliable: HopTransport) -> None:
    """At 0.5 s s<>g fails: u has begun and stays (to 20 + 0.5 + 0.5 s), v waits and goes over x."""
    net = make_network(with_outage(RING, ("s", "g"), [[0.5, 20.0]]))
    net.carry("u", "s>c", reliable)
    net.carry("v", "s>c", reliable)
    net.run()
    assert net.arrival_s("v") == 0.5 + 2.5 and net.arrival_s("u") == 20.5 + 0.5 + 0.75
    withdrawn = net.of("hop_ended")[0]
    assert (withdrawn["transfer"], withdrawn["pending_bits"], withdrawn["cause"]) == ("v", 1000.0, "outage")


def test_what_waits_without_repeating_is_lost_with_the_link(
    make_network: Make, reliable: HopTransport, unreliable: HopTransport
) -> None:
    """u has begun and pauses at 0.5 s; v waited behind it and does not repeat."""
    net = make_network(with_outage(CHAIN, ("s", "g"), [[0.5, 20.0]]))
    net.carry("u", "s>c", reliable)
    net.carry("v", "s>c", unreliable)
    net.run()
    assert net.arrival_s("v") == 0.5 and net.arrived("v") == [] and net.results["v"][1].cause == "outage"
    assert net.arrival_s("u") == 21.75


def test_without_a_way_it_goes_as_far_as_it_can(make_network: Make, reliable: HopTransport) -> None:
    """It waits at g, not at s, and needs only the second hop at 9 s."""
    net = make_network(with_outage(CHAIN, ("g", "c"), [[0.0, 9.0]]))
    net.carry("u", "s>c", reliable)
    net.run()
    assert net.arrival_s("u") == 9.75 and net.of("rerouted") == []


def test_without_a_way_what_does_not_repeat_is_lost(make_network: Make, unreliable: HopTransport) -> None:
    net = make_network(with_outage(CHAIN, ("g", "c"), [[0.0, 9.0]]))
    net.carry("u", "s>c", unreliable, 2.0)
    net.run()
    assert net.arrival_s("u") == 2.0 and net.arrived("u") == [] and net.results["u"][1].cause == "outage"


def test_a_node_that_is_down_takes_its_links_with_it(make_network: Make, reliable: HopTransport) -> None:
    """g is down in [0.4, 2): the first hop pauses for 1.6 s. Whoever asked is called."""
    net, calls = make_network(CHAIN, {"g": [[0.4, 2.0]]}), []
    net.fixed.on_outage("g", lambda is_down: calls.append((net.env.now, is_down, net.fixed.is_down("g"))))
    net.carry("u", "s>c", reliable)
    net.run()
    assert net.arrival_s("u") == pytest.approx(2.25 + 1.6)
    assert calls == [(0.4, True, True), (2.0, False, False)] and net.of("outage_started")[0]["what"] == "node"


def test_a_spread_crosses_shared_hops_once(make_network: Make, reliable: HopTransport) -> None:
    """c>g once, then g>s and g>t side by side; t is reached through g."""
    net = make_network({**CHAIN, ("g", "t"): {}})
    net.carry("m", "c>s,t,g", reliable)
    net.run()
    assert {key: value[0] for key, value in net.results.items()} == {"m@g": 0.75, "m@t": 1.75, "m@s": 2.25}
    assert sorted(line["link"] for line in net.of("hop_ended")) == ["c>g", "g>s", "g>t"]


@pytest.mark.parametrize(
    ("at_s", "keeps_partial", "arrived"),
    [(1.0, True, []), (2.1, True, [0, 1]), (2.1, False, []), (2.25, False, [0, 1, 2, 3])],
    ids=["on the first hop", "on the last", "on the last, all or nothing", "at its end"],
)
def test_a_cut_leaves_what_got_through_the_last_hop(
    make_network: Make, at_s: float, keeps_partial: bool, arrived: list[int]
) -> None:
    """On g>c packets leave at 1.625, 1.75, 1.875, 2 s and arrive 0.25 s later; at 2.25 s all has arrived."""
    net = make_network(CHAIN)
    net.carry("u", "s>c", HopTransport(repeats=True, keeps_partial=keeps_partial))

    def cut() -> None:
        if "u" not in net.results:
            net.fixed.cut("u", "round")

    net.at(at_s, cut)
    net.run()
    assert net.arrived("u") == arrived and net.arrival_s("u") == at_s
    assert net.fixed.idle_reason() is None


def test_a_cut_after_the_arrival_of_the_same_instant_changes_nothing(
    make_network: Make, reliable: HopTransport
) -> None:
    """It comes after the last hop has ended and before the payload's own event."""
    net = make_network(CHAIN)
    net.carry("u", "s>c", reliable)
    net.at(2.125, lambda: net.at(0.125, lambda: net.fixed.cut("u", "round")))
    net.run()
    assert net.arrived("u") == [0, 1, 2, 3] and net.of("hop_ended")[-1]["cause"] is None


def test_events_of_outages_are_counted(make_network: Make, reliable: HopTransport) -> None:
    """The watch meets three changes, and at each the payload that waits tries again."""
    net = make_network(with_outage(CHAIN, ("s", "g"), [[0.0, 9.0]]), {"c": [[4.0, 5.0]]})
    net.carry("u", "s>c", reliable)
    net.run()
    assert net.fixed.changes == 3 + 3


def test_a_cut_for_one_target_leaves_the_others_theirs(make_network: Make) -> None:
    """c>g carries for g, s and t; at 0.6 s two of four packets are at g (0.375 and 0.5 s), and s gets nothing."""
    net = make_network({**CHAIN, ("g", "t"): {}})
    net.carry("m", "c>s,t,g", HopTransport(repeats=True))
    for target in ("g", "s", "s"):
        net.at(0.6, lambda target=target: net.fixed.cut("m", "crash", target))
    net.run()
    assert (net.arrived("m@g"), net.arrived("m@s"), net.arrived("m@t")) == ([0, 1], [], [0, 1, 2, 3])
    assert net.arrival_s("m@g") == net.arrival_s("m@s") == 0.6 and net.arrival_s("m@t") == 1.75
    assert sorted(line["link"] for line in net.of("hop_ended")) == ["c>g", "g>t"]


def test_what_has_arrived_cannot_be_cut(make_network: Make, reliable: HopTransport) -> None:
    net = make_network(CHAIN)
    net.carry("u", "s>c", reliable)
    net.at(3.0, lambda: net.fixed.cut("u", "round"))
    net.run()
    assert net.arrival_s("u") == 2.25


def test_a_cut_ends_a_wait(make_network: Make, reliable: HopTransport) -> None:
    net = make_network(with_outage(CHAIN, ("s", "g"), [[0.0, 9.0]]))
    net.carry("u", "s>c", reliable, 1.0)
    net.at(2.0, lambda: net.fixed.cut("u", "end"))
    net.run()
    assert net.arrival_s("u") == 2.0 and net.results["u"][1].cause == "end" and net.of("hop_ended") == []


def test_a_cut_and_a_restart_of_the_same_name(make_network: Make, reliable: HopTransport) -> None:
    """What was cut leaves no trace: the same name sets off again and takes its own time."""
    net = make_network(CHAIN)
    net.carry("u", "s>c", reliable)
    net.at(0.5, lambda: net.fixed.cut("u", "crash"))
    net.carry("u", "s>c", reliable, 0.5)
    net.run()
    assert net.arrival_s("u") == 2.75 and len(net.arrived("u")) == 4


def test_one_node_costs_nothing(make_network: Make, reliable: HopTransport) -> None:
    """Nothing is scheduled, nothing written; what is carried to where it is has arrived."""
    net = make_network({}, {"s": []})
    assert net.env.peek() == float("inf")
    net.carry("u", "s>s", reliable)
    net.run()
    assert net.lines == [] and net.fixed.idle_reason() is None


def test_no_way_at_all_is_an_error(make_network: Make, reliable: HopTransport) -> None:
    net = make_network(CHAIN, {"far": []})
    net.carry("u", "s>far", reliable)
    with pytest.raises(RunError, match="no way from s to far"):
        net.run()


def test_what_waits_for_ever_is_named(make_network: Make, reliable: HopTransport) -> None:
    net = make_network(with_outage(CHAIN, ("s", "g"), [[0.0, 1e9]]))
    net.carry("u", "s>c", reliable)
    net.env.run(until=5.0)
    assert net.fixed.idle_reason() == "no way is up for u"


@pytest.mark.parametrize(("loss", "way"), [(0.0, "s>c"), (0.6, "s>x>c")])
def test_losses_count_in_the_choice_of_the_way(
    make_network: Make, reliable: HopTransport, loss: float, way: str
) -> None:
    """Directly 1 s / (1 - loss), over x 2 s."""
    net = make_network({("s", "c"): {"loss": loss}, ("s", "x"): {}, ("x", "c"): {}})
    net.carry("u", "s>c", reliable)
    net.run()
    assert [line["link"] for line in net.of("hop_ended")] == ([way] if loss == 0.0 else ["s>x", "x>c"])
