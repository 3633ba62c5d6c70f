"""What a transfer leaves when it is cut, and events that fall exactly on one another.

A band of 1 MHz at the cap of 2 bit/s/Hz: 2 Mbit/s, so a packet of 2000 bits flies in 1 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

_CAPPED = {"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 2.0}
_PACKETS = [2000.0] * 10
_KEEPS = ["unreliable", {"kind": "reliable_until_deadline", "max_attempts": 8}]


class _Steps:
    """Block fading with written gains [links, blocks], repeated for ever."""

    def __init__(self, coherence_s: float, gains: list[list[float]]) -> None:
        self.coherence_s, self._gains = coherence_s, np.array(gains)

    def block_gains(self, link_indices: NDArray[np.int64], first_block: int, count: int) -> NDArray[np.float64]:
        blocks = np.arange(first_block, first_block + count) % self._gains.shape[1]
        return self._gains[np.ix_(link_indices, blocks)]


def _cut_at(make_air: Callable[..., Any], at_s: float, transport: Any, **link: Any) -> dict[str, Any]:
    air = make_air((1e12,), link={**_CAPPED, **link})
    air.send("A", _PACKETS, transport=transport)
    air.cut("A", at_s=at_s)
    return air.run().ended("A")


@pytest.mark.parametrize("transport", _KEEPS)
@pytest.mark.parametrize(("at_s", "whole"), [(0.0, 0), (0.0005, 0), (0.0035, 3), (0.00999, 9)])
def test_the_packets_that_wholly_flew_arrive(
    make_air: Callable[..., Any], transport: Any, at_s: float, whole: int
) -> None:
    ended = _cut_at(make_air, at_s, transport)
    assert ended["lost"] == list(range(whole, 10)) and ended["packets_sent"] == whole and ended["packets_lost"] == 0
    assert (ended["t_s"], ended["outcome"]) == (at_s, "partial" if whole else "lost")
    assert ended["sent_bits"] == pytest.approx(2e6 * at_s, abs=1e-6)
    assert ended["lost_bits"] == pytest.approx(2e6 * at_s - 2000.0 * whole, abs=1e-6)


@pytest.mark.parametrize("packets", range(1, 10))
def test_a_packet_that_ends_exactly_at_the_cut_arrives(make_air: Callable[..., Any], packets: int) -> None:
    assert _cut_at(make_air, packets / 1000.0, "unreliable")["lost"] == list(range(packets, 10))


def test_a_transfer_that_ends_exactly_at_the_cut_is_delivered(make_air: Callable[..., Any]) -> None:
    assert _cut_at(make_air, 0.01, "reliable")["outcome"] == "delivered"


def test_reliable_leaves_nothing_unless_complete(make_air: Callable[..., Any]) -> None:
    ended = _cut_at(make_air, 0.0095, "reliable")
    assert ended["outcome"] == "lost" and ended["delivered_bits"] == 0.0
    assert ended["lost_bits"] == pytest.approx(19_000.0) and ended["undelivered_bits"] == 20_000.0


def test_a_cut_second_pass_keeps_what_both_passes_brought(make_air: Callable[..., Any]) -> None:
    """The first pass loses some of the ten packets; the second, of those alone, is cut after its first packet."""
    first = _cut_at(make_air, 0.01, _KEEPS[1], residual_loss=0.4)["lost"]
    ended = _cut_at(make_air, 0.0115, _KEEPS[1], residual_loss=0.4)
    assert len(first) > 1 and ended["attempts"] == 2 and ended["packets_sent"] == 11
    assert ended["lost"] in (first, first[1:])


def test_a_cut_broadcast_with_different_fates(make_air: Callable[..., Any]) -> None:
    air = make_air((1e12, 1e12), link={**_CAPPED, "residual_loss": 0.5})
    air.send("A", _PACKETS, links=[0, 1])
    air.cut("A", at_s=0.008)
    air.run()
    lost = [air.ended("A", device)["lost"] for device in ("d0", "d1")]
    assert lost[0] != lost[1] and all({8, 9} < set(one) for one in lost)


def test_broadcast_flies_at_the_weakest_rate(make_air: Callable[..., Any]) -> None:
    """SNR 1 and 3 over the band: 1 and 2 bit/s/Hz, so 20 kbit take 20 ms for both."""
    air = make_air((1e6, 3e6), link={**_CAPPED, "max_bps_per_hz": 10.0})
    air.send("A", _PACKETS, links=[0, 1])
    air.run()
    assert [air.ended("A", device)["t_s"] for device in ("d0", "d1")] == pytest.approx([0.02, 0.02], abs=1e-9)


def test_broadcast_repeats_until_all_have_it(make_air: Callable[..., Any]) -> None:
    air = make_air((1e12, 1e12), link={**_CAPPED, "residual_loss": 0.5})
    air.send("A", _PACKETS, links=[0, 1], transport="reliable")
    air.run()
    ended = [air.ended("A", device) for device in ("d0", "d1")]
    assert all(one["outcome"] == "delivered" for one in ended) and ended[0]["repeated_bits"] > 0.0
    assert ended[0]["sent_bits"] == ended[1]["sent_bits"] and ended[0]["packets_lost"] != ended[1]["packets_lost"]


def test_an_ideal_link_takes_no_time(make_air: Callable[..., Any]) -> None:
    air = make_air((1e3, 1e3), link={"kind": "ideal", "residual_loss": 0.5})
    air.send("A", _PACKETS, at_s=0.3, links=[0], transport="reliable")
    air.send("B", _PACKETS, at_s=0.3, links=[1])
    air.run()
    assert air.end_s("A") == air.end_s("B") == 0.3
    assert air.ended("A")["outcome"] == "delivered" and air.ended("A")["airtime_s"] == 0.0


def test_a_rate_of_zero_is_reported(make_air: Callable[..., Any]) -> None:
    """Below the floor for ever: nothing is left to happen, and the medium says why."""
    air = make_air((1e3, 1e12), link={**_CAPPED, "min_bps_per_hz": 0.1})
    air.send("A", _PACKETS, links=[0], weight=0.5)
    air.send("B", _PACKETS, links=[1], weight=0.5)
    air.run()
    assert list(air.deliveries) == ["B"] and air.medium.idle_reason() == "uplink A: the rate is zero"


def test_a_rate_of_zero_under_fading_is_reported(make_air: Callable[..., Any]) -> None:
    """Without a bit in a million blocks nobody waits on: the run ends with a reason instead of never."""
    air = make_air((3e6,), link={**_CAPPED, "min_bps_per_hz": 0.5}, paths=_Steps(0.001, [[0.0, 0.1]]))
    air.send("A", _PACKETS)
    air.run()
    reason = "uplink A: the rate is zero in 1000000 coherence blocks in a row"
    assert not air.deliveries and air.medium.idle_reason() == reason
    assert air.env.now >= 1000.0


def test_a_long_silence_is_not_the_end(make_air: Callable[..., Any]) -> None:
    """20 000 silent blocks, then one that carries everything."""
    air = make_air((3e6,), link={**_CAPPED, "min_bps_per_hz": 0.5}, paths=_Steps(0.01, [[0.0] * 20_000 + [1.0]]))
    air.send("A", _PACKETS)
    assert air.run().end_s("A") == pytest.approx(200.01, abs=1e-6)


@pytest.mark.parametrize("engine", ["bulk", "reference"])
def test_a_block_that_only_rounding_meets_is_not_counted(make_air: Callable[..., Any], engine: str) -> None:
    """0.1 + 0.02 is 0.12000000000000001: beyond the end of block 5 by 1.4e-17 s."""
    air = make_air((1e12,), link=_CAPPED, paths=_Steps(0.02, [[1.0]]), engine=engine)
    air.send("A", [1e6], at_s=0.1)
    air.cut("A", at_s=0.1 + 0.02)
    assert air.run().ended("A")["blocks"] == 1


def test_nothing_on_the_air_is_no_reason(make_air: Callable[..., Any]) -> None:
    air = make_air()
    air.send("A", _PACKETS)
    assert air.run().medium.idle_reason() is None


@pytest.mark.parametrize("coherence_s", [0.1, 0.3, 0.7])
@pytest.mark.parametrize("blocks", range(1, 12))
def test_bits_that_end_with_a_block_do_not_wait_for_the_next(
    make_air: Callable[..., Any], coherence_s: float, blocks: int
) -> None:
    """Full blocks and then none: rounding must not leave a bit to fly after the silence."""
    paths = _Steps(coherence_s, [[1.0] * blocks + [0.0] * 30])
    air = make_air((3e6,), link={**_CAPPED, "min_bps_per_hz": 0.5}, paths=paths)
    air.send("A", [2e6 * coherence_s * blocks])
    assert air.run().end_s("A") == pytest.approx(coherence_s * blocks, abs=1e-9)


@pytest.mark.parametrize("at_s", [0.0, 1.0, 3.0])
def test_a_start_exactly_when_another_ends_and_silence_begins(make_air: Callable[..., Any], at_s: float) -> None:
    """A ends with block 0 or 3, both followed by silence; B's start at that very moment must not strand A."""
    air = make_air(
        (3e6, 3e6),
        link={**_CAPPED, "min_bps_per_hz": 0.5},
        access="dedicated",
        paths=_Steps(1.0, [[1.0, 0.0, 1.0, 1.0, 0.0]] * 2),
    )
    air.send("B", [2e6], at_s=at_s + 1.0, links=[1])
    air.send("A", [2e6], at_s=at_s, links=[0])
    air.run()
    assert air.end_s("A") == pytest.approx({0.0: 1.0, 1.0: 3.0, 3.0: 4.0}[at_s], abs=1e-9)
    assert air.end_s("B") == pytest.approx({0.0: 3.0, 1.0: 3.0, 3.0: 6.0}[at_s], abs=1e-9)


@pytest.mark.parametrize("coherence_s", [0.1, 0.3])
def test_a_packet_between_two_boundaries_does_not_suffer_from_its_neighbours(
    make_air: Callable[..., Any], coherence_s: float
) -> None:
    """Every packet fills one block exactly; knowledge is one block old. Packets are lost where the gain has fallen."""
    gains = [1.0, 1.0, 0.5, 0.5, 1.0, 0.5, 1.0, 1.0, 1.0, 1.0]
    link = {**_CAPPED, "max_bps_per_hz": 10.0, "csi_age_s": coherence_s}
    air = make_air((3e6,), link=link, paths=_Steps(coherence_s, [gains]))
    known = [gains[block - 1] for block in range(10)]
    air.send("A", [1e6 * coherence_s * np.log2(1.0 + 3.0 * gain) for gain in known])
    assert air.run().ended("A")["lost"] == [2, 5]


def test_gains_are_written_once_per_link_and_block(make_air: Callable[..., Any]) -> None:
    air = make_air((3e6, 3e6), link=_CAPPED, paths=_Steps(0.001, [[1.0, 0.5, 2.0]] * 2), trace_gains=True)
    air.send("A", _PACKETS, links=[0], weight=0.5)
    air.send("B", _PACKETS, at_s=0.0015, links=[0, 1], weight=0.5)
    met = [(line["link"], line["block"]) for line in air.run().lines if line["type"] == "channel_gain"]
    gains = {line["block"]: line["gain"] for line in air.lines if line["type"] == "channel_gain"}
    assert len(met) == len(set(met)) and ("d1", 1) in met and ("d1", 0) not in met
    assert all(gain == [1.0, 0.5, 2.0][block % 3] for block, gain in gains.items())


def test_blocks_are_counted_once(make_air: Callable[..., Any]) -> None:
    """2 Mbit/s in odd blocks, silence in even ones: 2 kbit a block, five blocks of bits from block 1 to block 9."""
    air = make_air(
        (1e12, 1e12), link={**_CAPPED, "min_bps_per_hz": 0.1}, access="dedicated", paths=_Steps(0.001, [[0.0, 1.0]] * 2)
    )
    air.send("A", [1000.0] * 10, links=[0])
    air.send("B", [1000.0] * 2, at_s=0.0042, links=[1])
    ended = air.run().ended("A")
    assert (ended["blocks"], ended["blocks_at_cap"], ended["blocks_at_zero"]) == (10, 5, 5)
    assert ended["airtime_s"] == pytest.approx(0.005)
