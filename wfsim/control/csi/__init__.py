"""Slot `csi`: what a controller gets to know of a device's SNR. A new file here is a new kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from wfsim.part import Part, load_folder
from wfsim.rng import Streams


class Csi(Part, slot="csi"):
    """Channel state information at the moment of a device's request."""

    knows_fading: ClassVar[bool] = True  # whether what it tells follows the fading

    def known_snr_db(
        self,
        streams: Streams,
        device: str,
        round_number: int,
        now_s: float,
        snr_db_at: Callable[[float], float],
        mean_snr_db: float,
    ) -> float:
        """The uplink SNR over the whole band as it is known now, dB; minus infinity where there is no signal.

        `snr_db_at` gives the true one at a time in s, fading included (before the run's start too); `mean_snr_db` is
        without fading.
        """
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
