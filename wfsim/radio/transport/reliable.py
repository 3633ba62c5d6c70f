"""Retransmission until everything is delivered."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.transport import Repeating


class Reliable(Repeating, kind="reliable"):
    """ARQ without limit: the payload arrives whole or, if the round closes first, not at all.

    At independent loss p a packet takes 1/(1-p) transmissions on average (Bertsekas & Gallager 1992). Neutral member:
    without loss it adds nothing.
    """

    keeps_partial: ClassVar[bool] = False

    def resend(self, missing: NDArray[np.bool_], attempts: int) -> NDArray[np.bool_]:
        return missing
