"""Links that follow arrays of NumPy."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wfsim.measured.npz import read_npz
from wfsim.measured.recording import Recording
from wfsim.radio.measured import Direction, Setting
from wfsim.radio.measured._file import FromFile
from wfsim.radio.measured._level import snr_over_level_db


class Npz(FromFile, kind="npz"):
    """An npz archive with `time_s` and `rate_bps` or `snr_db`; a value holds until the next time, as in `csv`."""

    values: Literal["rate_bps", "snr_db"] = Field(
        "rate_bps", description="the array that links follow: rates, or SNRs over the whole band"
    )

    def recording(self, path: str) -> Recording:
        return read_npz(path, self.values, least=0.0) if self.values == "rate_bps" else read_npz(path, self.values)

    def snr_over_level_db(self, direction: Direction, setting: Setting) -> float | None:
        return snr_over_level_db("rate" if self.values == "rate_bps" else "snr", 1.0, direction, setting)
