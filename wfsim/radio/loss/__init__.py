"""Slot `loss`: packets lost beside outage and the link's residual loss. A new file here is a new kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder
from wfsim.rng import Address, Streams


class PacketLoss(Part, slot="loss"):
    """Losses over the packets of one flight, independent between flights, receivers and transfers.

    A packet is lost by outage, by the link's independent `residual_loss`, or by this; they know nothing of each other.
    """

    def lost(self, streams: Streams, flight: tuple[Address, ...], packets: int) -> NDArray[np.bool_]:
        """Which packets [packets] are lost in the flight at the address (transfer, device, flight), by this alone."""
        raise NotImplementedError(type(self).__name__)

    def lost_share(self) -> float:
        """The probability in [0, 1) that a packet is lost by this alone."""
        raise NotImplementedError(type(self).__name__)

    def mean_loss(self, residual_loss: float) -> float:
        """The probability that a packet is lost beside outage: r + (1 - r) q, q = `lost_share`, r = `residual_loss`."""
        return residual_loss + (1.0 - residual_loss) * self.lost_share()


load_folder(__name__, list(__path__))
