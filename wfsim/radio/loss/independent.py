"""Nothing beside the link's residual loss, the neutral member."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.loss import PacketLoss
from wfsim.rng import Address, Streams


class Independent(PacketLoss, kind="independent"):
    """Packets are lost independently, with probability `link.residual_loss`. Neutral: this adds no loss of its own."""

    def lost(self, streams: Streams, flight: tuple[Address, ...], packets: int) -> NDArray[np.bool_]:
        return np.zeros(packets, dtype=bool)

    def lost_share(self) -> float:
        return 0.0
