"""Channel knowledge with an error."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from wfsim.control.csi import Csi
from wfsim.rng import Streams


class Noisy(Csi, kind="noisy"):
    """The SNR of the moment times a log-normal error: + N(0, std_db^2) in dB, one draw per (device, round).

    Source: a measurement error that is Gaussian in dB, as of reported received power. 0 dB is `perfect`.
    """

    std_db: float = Field(3.0, ge=0.0, description="standard deviation of the error, dB")

    def known_snr_db(
        self,
        streams: Streams,
        device: str,
        round_number: int,
        now_s: float,
        snr_db_at: Callable[[float], float],
        mean_snr_db: float,
    ) -> float:
        error_db = self.std_db * streams.generator("csi", device, round_number).standard_normal()
        return snr_db_at(now_s) + float(error_db)
