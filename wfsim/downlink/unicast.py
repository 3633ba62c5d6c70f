"""One transmission per device."""

from __future__ import annotations

from wfsim.downlink import Downlink


class Unicast(Downlink, kind="unicast"):
    """Each device has its own copy in its share of band and power, at its own rate, and starts training as it ends."""

    def transfer_name(self, wave: int | str, device: str) -> str:
        return f"down/{device}/{wave}"
