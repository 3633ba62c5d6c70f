from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wfsim.radio.fates import INDEPENDENT, Fates
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport import Transport
from wfsim.rng import Streams

_STREAMS = Streams(1)
_NO_LOSS = Fates(streams=_STREAMS, residual_loss=0.0, loss=INDEPENDENT)


def _transfer(bits: list[float], *, links: int = 1, transport: Any = "unreliable") -> Transfer:
    return Transfer(
        name="A",
        devices=tuple(f"d{link}" for link in range(links)),
        links=np.arange(links),
        weight=1.0,
        bits=np.array(bits),
        transport=Transport.parse(transport),
        start_s=0.5,
    )


def _radiate(transfer: Transfer, *pieces: tuple[float, list[bool]]) -> None:
    transfer.radiate(np.array([bits for bits, _ in pieces]), np.array([outage for _, outage in pieces]).T)


def test_an_outage_spoils_every_packet_it_touches() -> None:
    """Packets end at 10, 20, 30, 40; the channel fails between 15 and 25."""
    transfer = _transfer([10.0] * 4)
    _radiate(transfer, (15.0, [False]), (10.0, [True]), (15.0, [False]))
    assert not transfer.end_pass(_NO_LOSS)
    assert transfer.arrived.tolist() == [[True, False, False, True]]


def test_an_outage_between_two_packet_ends_spoils_that_packet_alone() -> None:
    transfer = _transfer([10.0] * 4)
    _radiate(transfer, (10.0, [False]), (10.0, [True]), (20.0, [False]))
    transfer.end_pass(_NO_LOSS)
    assert transfer.arrived.tolist() == [[True, False, True, True]]


@pytest.mark.parametrize("sliver", [-4e-15, 0.0, 4e-15])
def test_a_boundary_off_by_rounding_spoils_neither_neighbour(sliver: float) -> None:
    """Good until 10, an outage until 20: the boundaries are off by a sliver, packets end at 10, 20 and 30."""
    transfer = _transfer([10.0] * 3)
    _radiate(transfer, (10.0 + sliver, [False]), (10.0, [True]), (10.0 - sliver, [False]))
    transfer.end_pass(_NO_LOSS)
    assert transfer.arrived.tolist() == [[True, False, True]]


def test_outages_reported_in_several_bookings_add_up() -> None:
    transfer = _transfer([10.0] * 4)
    _radiate(transfer, (5.0, [False]))
    _radiate(transfer, (2.0, [True]))
    _radiate(transfer, (25.0, [False]))
    _radiate(transfer, (8.0, [True]))
    transfer.end_pass(_NO_LOSS)
    assert transfer.arrived.tolist() == [[False, True, True, False]]


def test_each_receiver_has_its_own_outages() -> None:
    transfer = _transfer([10.0, 10.0], links=2)
    _radiate(transfer, (10.0, [True, False]), (10.0, [False, True]))
    transfer.end_pass(_NO_LOSS)
    assert transfer.arrived.tolist() == [[False, True], [True, False]]
    assert transfer.lost_bits.tolist() == [10.0, 10.0] and transfer.packets_lost.tolist() == [1, 1]


def test_the_next_pass_sends_what_any_receiver_misses() -> None:
    """Receiver 0 misses packet 0 (10 bits): for receiver 1 its repetition is no news."""
    transfer = _transfer([10.0, 20.0], links=2, transport="reliable")
    _radiate(transfer, (10.0, [True, False]), (20.0, [False, False]))
    assert transfer.end_pass(_NO_LOSS) and transfer.remaining_bits == 10.0
    _radiate(transfer, (10.0, [False, False]))
    assert not transfer.end_pass(_NO_LOSS)
    assert transfer.arrived.all() and transfer.tally.sent_bits == 40.0
    assert transfer.lost_bits.tolist() == [10.0, 0.0] and transfer.repeated_bits.tolist() == [0.0, 10.0]


def test_what_is_left_to_rounding_has_flown() -> None:
    transfer = _transfer([1e6] * 3)
    _radiate(transfer, (3e6 - 1e-7, [False]))
    assert transfer.remaining_bits == 0.0
    transfer.cut(_NO_LOSS)
    assert transfer.arrived.all()


def test_bits_beyond_the_end_are_rounding() -> None:
    transfer = _transfer([10.0])
    _radiate(transfer, (10.000001, [False]))
    transfer.end_pass(_NO_LOSS)
    assert transfer.tally.sent_bits == 10.0


def test_residual_losses_come_from_addressed_uniforms() -> None:
    transfer = _transfer([10.0] * 50)
    _radiate(transfer, (500.0, [False]))
    transfer.end_pass(Fates(streams=_STREAMS, residual_loss=0.3, loss=INDEPENDENT))
    uniforms = _STREAMS.uniforms(50, "packet_fate", "A", "d0", 1)
    assert transfer.arrived[0].tolist() == (uniforms >= 0.3).tolist()


def test_a_delivery_is_a_copy() -> None:
    transfer = _transfer([10.0])
    _radiate(transfer, (10.0, [False]))
    transfer.end_pass(_NO_LOSS)
    delivery = transfer.delivery(0, 2.0, 0.25)
    transfer.arrived[:] = False
    assert delivery.arrived.all()
    assert (delivery.start_s, delivery.end_s, delivery.energy_j, delivery.attempts) == (0.5, 2.0, 0.25, 1)


@pytest.mark.parametrize(
    ("flown", "arrived"), [(0.0, [False, False]), (9.0, [False, False]), (10.0, [True, False]), (29.0, [True, False])]
)
def test_a_cut_loses_the_packet_on_the_air(flown: float, arrived: list[bool]) -> None:
    transfer = _transfer([10.0, 20.0])
    _radiate(transfer, (flown, [False]))
    transfer.cut(_NO_LOSS)
    assert transfer.arrived[0].tolist() == arrived
    assert transfer.lost_bits[0] == flown - 10.0 * arrived[0] and transfer.tally.sent_bits == flown
