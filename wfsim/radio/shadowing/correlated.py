"""Shadowing that neighbours share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.gaussian_field import GaussianField
from wfsim.radio.shadowing import Array, Links, Shadowing, required
from wfsim.rng import Streams


class Correlated(Shadowing, kind="correlated"):
    """Loss deviates by N(0, std_db^2) dB with correlation exp(-d / d_cor) between places d apart. Gudmundson 1991.

    One Gaussian field over the map per station, and one more for places without a line of sight: a value depends on
    where a device stands, so devices side by side share it and a moving one meets a consistent landscape. Stations
    are independent of each other. Valid on scales of streets, not of wavelengths.
    """

    std_db: float | None = Field(
        None, ge=0.0, le=30.0, description="standard deviation of the loss, dB (default: the path loss model's)"
    )
    correlation_m: float | None = Field(
        None, gt=0.0, le=1e6, description="distance d_cor of correlation 1/e, m (default: the path loss model's)"
    )

    def realise(self, streams: Streams, links: Links) -> Array:
        std_db = required("std_db", self.std_db, links.std_db, self.kind)
        correlation_m = required("correlation_m", self.correlation_m, links.correlation_m, self.kind)
        places = links.position_m / np.broadcast_to(correlation_m, len(links))[:, None]
        values = np.zeros(len(links))
        for state, chosen in _states(links):
            values[chosen] = _field(streams, links.station, state).at(places[chosen])
        return std_db * values


@lru_cache(256)
def _field(streams: Streams, station: str, state: str) -> GaussianField:
    return GaussianField(streams, "shadowing_field", station, state)


def _states(links: Links) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Links with, and without, a line of sight; a model that makes no difference has the first alone."""
    los = np.ones(len(links), dtype=bool) if links.los is None else links.los
    for state, chosen in (("los", los), ("nlos", ~los)):
        if chosen.any():
            yield state, chosen
