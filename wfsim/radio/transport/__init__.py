"""Slot `transport`: what happens to lost packets, and what a cut upload leaves behind."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder


class Transport(Part, slot="transport"):
    """Packets fly in passes: the first sends all of them, each later one those to be sent again, in their order.

    The sender learns a pass's losses at its end (selective repeat; acknowledgements are free and take no time).
    """

    needs_deadline: ClassVar[bool] = False
    keeps_partial: ClassVar[bool] = True

    def resend(self, missing: NDArray[np.bool_], attempts: int) -> NDArray[np.bool_]:
        """Which of the `missing` packets [packets] fly again after `attempts` passes."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
