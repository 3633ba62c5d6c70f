"""Fading gains of links over coherence blocks, read from a journal that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfsim.units import linear_to_db

Array = NDArray[np.float64]
Line = dict[str, Any]


@dataclass
class Gains:
    """Folds journal lines: linear power gains by link and block, and each link's mean SNR and distance."""

    by_link: dict[str, dict[int, float]] = field(default_factory=dict)
    mean_snr_db: dict[str, float] = field(default_factory=dict)

    def __call__(self, line: Line) -> None:
        if line["type"] == "channel_gain":
            self.by_link.setdefault(line["link"], {})[line["block"]] = line["gain"]
        elif line["type"] == "link_placed":
            self.mean_snr_db[line["device"]] = line["mean_snr_db"]

    def steps_db(self, link: str, first: int, last: int) -> Array:
        """Gains in dB of blocks `first` to `last`, shape [last - first + 1]; NaN where no transfer met the block."""
        known = self.by_link.get(link, {})
        return linear_to_db(np.array([known.get(block, np.nan) for block in range(first, last + 1)]))


def read_gains(lines: Iterable[Line]) -> Gains:
    """The gains of a journal."""
    gains = Gains()
    for line in lines:
        gains(line)
    return gains
