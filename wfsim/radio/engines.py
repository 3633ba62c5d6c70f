"""The two engines of the medium: the same packets, fates and times, one fast and one simple."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from wfsim.radio.channel import Channel
from wfsim.radio.medium import Medium
from wfsim.radio.reference_medium import ReferenceMedium
from wfsim.radio.shares import OnShares
from wfsim.radio.transfer import Transfer

ENGINES: Mapping[str, type[Medium | ReferenceMedium]] = {"bulk": Medium, "reference": ReferenceMedium}


class PacketEngine(Protocol):
    """Transfers in one direction of the air."""

    channel: Channel
    on_shares: OnShares | None

    def start(self, transfer: Transfer) -> simpy.Event:
        """Put a transfer on the air now. The event's value is {device: Delivery}."""
        ...

    def cut(self, name: str, cause: str = "round") -> simpy.Event:
        """Stop a transfer now; its event, already triggered, is returned."""
        ...

    def fail(self, cause: str) -> None:
        """Stop every transfer now that does not survive an outage of the station."""
        ...

    def set_noise_rise(self, rise: NDArray[np.float64]) -> None:
        """Interference raises the noise of each link [links] by a linear factor >= 1 from now on."""
        ...

    def free_share(self, now_s: float) -> float:
        """The fraction of the band in [0, 1] that foreign traffic leaves now."""
        ...

    def idle_reason(self) -> str | None:
        """Why transfers on the air will never end, or None. Asked when no event is left."""
        ...
