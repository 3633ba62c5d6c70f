"""Old channel knowledge."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from wfsim.control.csi import Csi
from wfsim.rng import Streams


class Delayed(Csi, kind="delayed"):
    """The SNR as it was `age_s` before the request: a feedback delay. 0 s is `perfect`."""

    age_s: float = Field(0.1, ge=0.0, description="age of what is known, s")

    def known_snr_db(
        self,
        streams: Streams,
        device: str,
        round_number: int,
        now_s: float,
        snr_db_at: Callable[[float], float],
        mean_snr_db: float,
    ) -> float:
        return snr_db_at(now_s - self.age_s)
