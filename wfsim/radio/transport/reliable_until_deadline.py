"""Retransmission while there is time."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.transport import Repeating


class ReliableUntilDeadline(Repeating, kind="reliable_until_deadline"):
    """ARQ with at most `max_attempts` transmissions of a packet; what has arrived when the round closes counts.

    Residual loss at independent loss p is p^max_attempts (Bertsekas & Gallager 1992).
    """

    needs_deadline: ClassVar[bool] = True

    max_attempts: int = Field(16, ge=1, description="transmissions of a packet, the first included")

    def resend(self, missing: NDArray[np.bool_], attempts: int) -> NDArray[np.bool_]:
        return missing if attempts < self.max_attempts else np.zeros_like(missing)
