"""Perfect channel knowledge."""

from __future__ import annotations

from collections.abc import Callable

from wfsim.control.csi import Csi
from wfsim.rng import Streams


class Perfect(Csi, kind="perfect"):
    """The SNR as it is at the moment of the request. Neutral member; what fades later is not known either."""

    def known_snr_db(
        self,
        streams: Streams,
        device: str,
        round_number: int,
        now_s: float,
        snr_db_at: Callable[[float], float],
        mean_snr_db: float,
    ) -> float:
        return snr_db_at(now_s)
