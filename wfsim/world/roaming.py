"""How the large-scale gain of moving devices changes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from wfsim.radio.gaussian_field import GaussianField
from wfsim.topology.layout import Station
from wfsim.topology.mobility import Mobility, Path
from wfsim.world.terrain import Array, Bools, Terrain

_CACHED_FIELDS = 4_096


def paths(mobility: Mobility, terrain: Terrain, station: Station) -> list[Path]:
    """The paths of a station's devices, in their order."""
    return [
        mobility.realise(terrain.streams, device, start_m, station.station_m)
        for device, start_m in zip(station.devices, station.device_m, strict=True)
    ]


class Roaming:
    """Change in dB of every device's large-scale gain since t = 0, by place: `roaming(link, t_s)` -> [m].

    Path loss and shadowing are those of the place (nearer than the model's least distance: of that distance). The state
    of the line of sight begins with the link's own draw and follows a Gaussian field of the link over the map, with the
    model's correlation distance, conditioned on that draw; a model without one keeps the first state.
    """

    def __init__(
        self, terrain: Terrain, station: Station, mobility: Mobility, los: Bools | None, loss_db: Array
    ) -> None:
        self._terrain, self._station, self._los_at_start, self._loss_db = terrain, station, los, loss_db
        self._paths = paths(mobility, terrain, station)
        self._nearest_m, _ = terrain.radio.path_loss.range_m(terrain.radio.carrier_hz)
        self._sight = lru_cache(_CACHED_FIELDS)(self._make_sight)

    def __call__(self, link: int, t_s: Array) -> Array:
        position_m = self._paths[link].position_m(np.maximum(t_s, 0.0))
        distance_m = np.maximum(np.hypot(*(position_m - self._station.station_m).T), self._nearest_m)
        los, names = self._los(link, position_m, distance_m), [self._station.devices[link]] * len(t_s)
        path_loss_db = self._terrain.path_loss_db(distance_m, los)
        return self._loss_db[link] - path_loss_db - self._terrain.shadowing_db(names, distance_m, position_m, los)

    def _los(self, link: int, position_m: Array, distance_m: Array) -> Bools | None:
        if self._los_at_start is None:
            return None
        model = self._terrain.radio.path_loss
        correlation_m, probability = model.los_correlation_m(), model.los_probability(distance_m)
        if correlation_m is None or probability is None:
            return np.full(len(distance_m), self._los_at_start[link])
        return self._sight(link, correlation_m).uniforms(position_m) < probability

    def _make_sight(self, link: int, correlation_m: float) -> Sight:
        device, start_m = self._station.devices[link], self._station.device_m[link]
        return Sight(self._terrain, device, start_m, correlation_m)


class Sight:
    """Uniforms over the map that take one link's drawn value at its start.

    z(x) = G(x) + exp(-|x - x0| / d)(z0 - G(x0)) is the Gaussian field given its value at x0 (simple kriging), so with
    z0 ~ N(0, 1) it keeps law and correlation; the uniform is Phi(z).
    """

    def __init__(self, terrain: Terrain, device: str, start_m: Array, correlation_m: float) -> None:
        from scipy.special import ndtri

        self._start_m, self._correlation_m = start_m, correlation_m
        self._field = GaussianField(terrain.streams, "los_field", terrain.station, device)
        drawn = np.maximum(terrain.los_draws([device]), np.finfo(np.float64).tiny)
        self._off = ndtri(drawn)[0] - self._field.at(start_m / correlation_m)[0]

    def uniforms(self, position_m: Array) -> Array:
        """Values [n] at positions [n, 2]."""
        from scipy.special import ndtr

        away = np.hypot(*(position_m - self._start_m).T) / self._correlation_m
        return ndtr(self._field.at(position_m / self._correlation_m) + np.exp(-away) * self._off)
