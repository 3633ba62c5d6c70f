"""Log-normal shadowing, independent between links."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.shadowing import Shadowing
from wfsim.rng import Streams


class LogNormal(Shadowing, kind="log_normal"):
    """Loss deviates by N(0, std_db^2) dB, independently per link. Goldsmith 2005, ch. 2. Valid for static devices."""

    std_db: float = Field(8.0, ge=0.0, le=30.0, description="standard deviation of the loss, dB")

    def realise(self, streams: Streams, links: Sequence[str]) -> NDArray[np.float64]:
        draws = [streams.generator("shadowing", link).standard_normal() for link in links]
        return self.std_db * np.array(draws, dtype=np.float64)
