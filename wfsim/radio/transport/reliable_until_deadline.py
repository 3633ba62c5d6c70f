"""Retransmission while there is time."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.transport import Transport


class ReliableUntilDeadline(Transport, kind="reliable_until_deadline"):
    """ARQ with at most `max_attempts` passes; what has arrived when the round closes counts.

    Residual loss at independent loss p is p^max_attempts (Bertsekas & Gallager 1992).
    """

    needs_deadline: ClassVar[bool] = True

    max_attempts: int = Field(16, ge=1, description="passes, the first included")

    def resend(self, missing: NDArray[np.bool_], attempts: int) -> NDArray[np.bool_]:
        return missing if attempts < self.max_attempts else np.zeros_like(missing)
