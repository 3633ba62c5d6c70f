"""Slot `link`: how many bits a link carries at an SNR, and how its packets fail. A new file here is a new kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.part import Part, load_folder


class Link(Part, slot="link"):
    """The rate curve of a modem. No link may beat Shannon, efficiency <= log2(1 + snr), but for the neutral `ideal`."""

    residual_loss: float = Field(0.0, ge=0.0, lt=1.0, description="independent loss probability per attempt")
    csi_age_s: float = Field(0.0, ge=0.0, description="age of the channel knowledge that picks the rate, s")
    margin_db: float = Field(0.0, ge=0.0, description="back-off from the estimated SNR when picking the rate, dB")

    def efficiency(self, snr: NDArray[np.float64]) -> NDArray[np.float64]:
        """Spectral efficiency in bit/s/Hz at a linear SNR >= 0, same shape, non-decreasing."""
        raise NotImplementedError(type(self).__name__)

    def at_cap(self, efficiency: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where an efficiency in bit/s/Hz is the link's highest, so that more SNR would not help; same shape."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
