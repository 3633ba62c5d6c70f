"""Links that follow a CSV table of rates, SNRs or RSRPs."""

from __future__ import annotations

from pydantic import Field, model_validator

from wfsim.measured.rate_units import BPS, RateUnit
from wfsim.measured.recording import Recording, sampled
from wfsim.measured.table import read_table
from wfsim.radio.measured import Direction, Setting
from wfsim.radio.measured._file import FromFile
from wfsim.radio.measured._level import Quantity, snr_over_level_db


class Csv(FromFile, kind="csv"):
    """A table with a header: a row's value holds from its time until the next row's, the last one as long as usual.

    Times are numbers in s or dates; only differences count. A rate drives the link: a share b of the band B has b / B
    of it. An SNR over the whole band in dB, or an RSRP in dBm per subcarrier, replaces mean SNR and fading of the link;
    for the RSRP the base station's power must be `radio.downlink_power_dbm`, spread evenly over the band.
    """

    time_column: str = Field("time_s", description="column of the times: s, ISO 8601, or what `date` prints")
    rate_column: str | None = Field(None, description="column of the rates; `rate_bps` if no column is named")
    rate_unit: RateUnit = Field("bit/s", description="unit of the rates")
    snr_column: str | None = Field(None, description="column of SNRs over the whole band, dB")
    rsrp_column: str | None = Field(None, description="column of RSRPs, dBm")
    subcarrier_hz: float = Field(15e3, gt=0.0, description="width of the subcarrier that an RSRP is the power of, Hz")

    @model_validator(mode="after")
    def _one_quantity(self) -> Csv:
        named = [name for name in ("rate_column", "snr_column", "rsrp_column") if getattr(self, name) is not None]
        if len(named) > 1:
            raise ValueError(f"{named[1]} is given beside {named[0]}: a link follows one column")
        return self

    @property
    def _quantity(self) -> Quantity:
        return "snr" if self.snr_column is not None else "rsrp" if self.rsrp_column is not None else "rate"

    def recording(self, path: str) -> Recording:
        table = read_table(path)
        times_s = table.times_s(self.time_column)
        if self._quantity == "rate":
            rates = table.numbers(self.rate_column or "rate_bps", least=0.0)
            return sampled(times_s, rates * BPS[self.rate_unit])
        return sampled(times_s, table.numbers(self.snr_column or self.rsrp_column or ""))

    def snr_over_level_db(self, direction: Direction, setting: Setting) -> float | None:
        return snr_over_level_db(self._quantity, self.subcarrier_hz, direction, setting)
