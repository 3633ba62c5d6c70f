"""What every model of packet losses promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_close, require_equal
from wfsim.radio.loss import PacketLoss
from wfsim.rng import Streams

_FLIGHTS, _PACKETS = 2000, 50


def check_losses_belong_to_their_address(loss: PacketLoss) -> None:
    """The same flight has the same losses, whatever was asked in between and done with the answer."""
    first = loss.lost(Streams(1), ("t", "d", 1), _PACKETS)
    require_equal((first.shape, first.dtype), ((_PACKETS,), np.dtype(np.bool_)), "shape and type of lost")
    kept = first.copy()
    first[:] = ~first
    loss.lost(Streams(1), ("t", "d", 2), _PACKETS)
    require(np.array_equal(loss.lost(Streams(1), ("t", "d", 1), _PACKETS), kept), "a flight's losses change")


def check_lost_share_is_the_mean(loss: PacketLoss) -> None:
    """Within 4.5 standard errors over 2000 flights: of all packets, of a flight's first and of its last."""
    lost = np.array([loss.lost(Streams(2), ("t", "d", flight), _PACKETS) for flight in range(_FLIGHTS)], dtype=float)
    share = loss.lost_share()
    require(0.0 <= share < 1.0, f"lost_share() is {share:g}: outside [0, 1)")
    for name, found in (("all packets", lost.mean(axis=1)), ("first packets", lost[:, 0]), ("last", lost[:, -1])):
        limit = 4.5 * max(found.std(), np.sqrt(share * (1.0 - share) / _PACKETS)) / np.sqrt(_FLIGHTS)
        sentence = f"the mean loss of {name} is {found.mean():.5f}, not {share:.5f} (+- {limit:.5f})"
        require(abs(found.mean() - share) <= limit, sentence)


def check_it_comes_beside_the_residual_loss(loss: PacketLoss) -> None:
    """A packet arrives if neither takes it: 1 - mean_loss(r) = (1 - r) (1 - lost_share)."""
    for residual_loss in (0.0, 0.1, 0.9):
        arrives = (1.0 - residual_loss) * (1.0 - loss.lost_share())
        require_close(1.0 - loss.mean_loss(residual_loss), arrives, f"mean_loss({residual_loss}) is another")


def check_no_packets_no_losses(loss: PacketLoss) -> None:
    """A flight without packets is no error."""
    require_equal(loss.lost(Streams(1), ("t", "d", 1), 0).shape, (0,), "the shape for no packets")
