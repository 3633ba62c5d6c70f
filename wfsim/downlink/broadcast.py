"""One transmission for everybody."""

from __future__ import annotations

from typing import ClassVar

from wfsim.downlink import Downlink


class Broadcast(Downlink, kind="broadcast"):
    """The whole band of a station at the rate of the weakest member of the cohort there; each device has its own packet
    fates. A reliable transport sends again whatever any device misses. Links of the fixed network carry it once.
    """

    shared: ClassVar[bool] = True

    def transfer_name(self, wave: int | str, device: str) -> str:
        return f"down/{wave}"
