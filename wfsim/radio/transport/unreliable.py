"""No retransmission."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.transport import Transport


class Unreliable(Transport, kind="unreliable"):
    """Every packet flies once: lost packets are lost adapter entries."""

    def resend(self, missing: NDArray[np.bool_], attempts: int) -> NDArray[np.bool_]:
        return np.zeros_like(missing)
