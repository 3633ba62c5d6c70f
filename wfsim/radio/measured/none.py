"""Nothing measured, the neutral member."""

from __future__ import annotations

from collections.abc import Sequence

from wfsim.radio.channel import Channel
from wfsim.radio.measured import Direction, MeasuredLink, Setting
from wfsim.rng import Streams


class NotMeasured(MeasuredLink, kind="none"):
    """All links are as path loss, shadowing and fading make them."""

    def check(self, devices: Sequence[str]) -> None:
        return None

    def channel(self, default: Channel, streams: Streams, direction: Direction, setting: Setting) -> Channel:
        return default
