"""Channel knowledge without fading."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from wfsim.control.csi import Csi
from wfsim.rng import Streams


class Mean(Csi, kind="mean"):
    """The SNR without fading: for uploads that last many coherence times, the better guess of their rate."""

    knows_fading: ClassVar[bool] = False

    def known_snr_db(
        self,
        streams: Streams,
        device: str,
        round_number: int,
        now_s: float,
        snr_db_at: Callable[[float], float],
        mean_snr_db: float,
    ) -> float:
        return mean_snr_db
