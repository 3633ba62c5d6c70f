"""One transmission for everybody."""

from __future__ import annotations

from wfsim.downlink import Downlink


class Broadcast(Downlink, kind="broadcast"):
    """The whole band at the rate of the weakest member of the cohort; each device has its own packet fates.

    A reliable transport sends again whatever any device misses.
    """

    def transfer_name(self, round_number: int, device: str) -> str:
        return f"down/{round_number}"
