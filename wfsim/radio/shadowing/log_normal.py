"""Log-normal shadowing, independent between links."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.radio.shadowing import Array, Links, Shadowing, required
from wfsim.rng import Streams


class LogNormal(Shadowing, kind="log_normal"):
    """Loss deviates by N(0, std_db^2) dB, independently per link. Goldsmith 2005, ch. 2.

    Valid for static devices: a moving one keeps its draw wherever it goes.
    """

    std_db: float | None = Field(
        8.0, ge=0.0, le=30.0, description="standard deviation of the loss, dB (null: the path loss model's)"
    )

    def realise(self, streams: Streams, links: Links) -> Array:
        draw = {link: streams.generator("shadowing", link).standard_normal() for link in dict.fromkeys(links)}
        model_db = links.std_db if self.std_db is None else None
        return required("std_db", self.std_db, model_db, self.kind) * np.array(
            [draw[link] for link in links], dtype=np.float64
        )
