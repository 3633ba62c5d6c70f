"""The large-scale links of a cell, drawn once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import RunError, ScenarioError
from wfsim.rng import Streams
from wfsim.scenario.schema import Radio
from wfsim.topology import BASE_STATION
from wfsim.units import db_to_linear, linear_to_db, noise_density_dbm_per_hz

if TYPE_CHECKING:
    import networkx

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class LargeScale:
    """Distance, path loss and shadowing of every device's link to the base station, each [devices]."""

    distance_m: Array
    path_loss_db: Array
    shadowing_db: Array

    def snr_hz(self, power_dbm: float, radio: Radio) -> Array:
        """Mean received power over noise density, P g / N0 in Hz, shape [devices]."""
        received_dbm = power_dbm - self.path_loss_db - self.shadowing_db
        return db_to_linear(received_dbm - noise_density_dbm_per_hz(radio.noise_figure_db))

    def mean_snr_db(self, radio: Radio) -> Array:
        """Mean uplink SNR over the whole band in dB, shape [devices]."""
        return linear_to_db(self.snr_hz(radio.uplink_power_dbm, radio) / radio.bandwidth_hz)


def draw_links(radio: Radio, streams: Streams, graph: networkx.Graph, devices: Sequence[str]) -> LargeScale:
    """The links of a star topology. Raises ScenarioError where a distance is outside the path loss model's validity."""
    distance_m = np.array([graph.edges[device, BASE_STATION]["distance_m"] for device in devices])
    return LargeScale(
        distance_m=distance_m,
        path_loss_db=_path_loss_db(radio, distance_m, devices),
        shadowing_db=radio.shadowing.realise(streams, devices),
    )


def _path_loss_db(radio: Radio, distance_m: Array, devices: Sequence[str]) -> Array:
    try:
        return radio.path_loss.loss_db(distance_m, radio.carrier_hz)
    except RunError as error:
        who = _first_refused(radio, distance_m, devices)
        raise ScenarioError(f"{error}{who}", path="radio.path_loss") from None


def _first_refused(radio: Radio, distance_m: Array, devices: Sequence[str]) -> str:
    for device, distance in zip(devices, distance_m, strict=True):
        try:
            radio.path_loss.loss_db(np.array([distance]), radio.carrier_hz)
        except RunError:
            return f" (first at device {device}, {distance:.6g} m away)"
    return ""
