"""What becomes of packets that the channel carried: losses addressed by transfer, receiver and flight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.loss import PacketLoss
from wfsim.radio.loss.independent import Independent
from wfsim.rng import Streams

Mask = NDArray[np.bool_]

INDEPENDENT = Independent()


@dataclass(frozen=True, kw_only=True)
class Fates:
    """Losses beside outage: the link's residual loss and the losses of the slot `loss`, one OR the other."""

    streams: Streams
    residual_loss: float
    loss: PacketLoss

    @property
    def spares_all(self) -> bool:
        """Whether no packet is lost beside outage."""
        return self.residual_loss == 0.0 and isinstance(self.loss, Independent)

    def lost(self, transfer: str, device: str, flight: int, packets: int) -> Mask:
        """Which of a transfer's packets [packets] are lost to a receiver in their flight of this number."""
        address = (transfer, device, flight)
        if self.residual_loss == 0.0:
            return self.loss.lost(self.streams, address, packets)
        lost = self.streams.uniforms(packets, "packet_fate", *address) < self.residual_loss
        if not isinstance(self.loss, Independent):
            lost |= self.loss.lost(self.streams, address, packets)
        return lost
