"""Links that deliver what a Mahimahi trace admits."""

from __future__ import annotations

from wfsim.measured.mahimahi import read_mahimahi
from wfsim.measured.recording import Recording
from wfsim.radio.measured._file import FromFile


class Mahimahi(FromFile, kind="mahimahi"):
    """Rates from a packet-delivery file: a line t, in ms, lets 1500 bytes arrive by t (Netravali et al. 2015).

    A transfer with the whole band has the file's rate, a share b of the band B has b / B of it; the age of channel
    knowledge and the margin have no say. By the end of every ms a saturated device with packets of 1500 bytes, headers
    included, has delivered as many as the file has lines up to then. `hold` keeps the rate of the last ms. A broadcast
    has the least rate of its receivers in each ms: where devices begin at different offsets, that is mostly nothing.
    """

    def recording(self, path: str) -> Recording:
        return read_mahimahi(path)
