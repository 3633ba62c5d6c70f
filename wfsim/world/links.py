"""The large-scale links of a station, drawn once, and how they change where devices move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wfsim.errors import RunError, ScenarioError
from wfsim.radio.fading import FadingPaths
from wfsim.radio.fading._moving import MovingPaths
from wfsim.rng import Streams
from wfsim.scenario.schema import Radio, Scenario
from wfsim.topology.layout import Station, layout_of
from wfsim.topology.mobility import Mobility
from wfsim.units import db_to_linear, linear_to_db, noise_density_dbm_per_hz
from wfsim.world.roaming import Roaming, paths
from wfsim.world.terrain import Array, Bools, Terrain


@dataclass(frozen=True, kw_only=True, eq=False)
class Losses:
    """Distance, path loss and shadowing of every device's link to its station at t = 0, each [devices]."""

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


@dataclass(frozen=True, kw_only=True, eq=False)
class LargeScale(Losses):
    """The links of one station. `los` says who sees it; None where the path loss model makes no difference."""

    station: Station
    mobility: Mobility
    los: Bools | None

    def fading(self, radio: Radio, streams: Streams) -> FadingPaths:
        """Gains over time relative to the mean at t = 0: small-scale fading times what movement changes."""
        inner, update_s = radio.fading.realise(streams, self.station.devices), self.mobility.update_every_s()
        if update_s is None:
            return inner
        terrain = Terrain(radio=radio, streams=streams, station=self.station.name)
        change_db = Roaming(terrain, self.station, self.mobility, self.los, self.path_loss_db + self.shadowing_db)
        return MovingPaths(inner, len(self.distance_m), update_s, change_db)


def draw_links(radio: Radio, streams: Streams, station: Station, mobility: Mobility) -> LargeScale:
    """The links of a station's devices.

    Raises ScenarioError where a distance is or can come outside the path loss model's validity, and where shadowing
    needs what that model does not say.
    """
    terrain = Terrain(radio=radio, streams=streams, station=station.name)
    los = terrain.los(station.devices, station.distance_m)
    links = LargeScale(
        station=station,
        mobility=mobility,
        distance_m=station.distance_m,
        los=los,
        path_loss_db=_path_loss_db(terrain, station, los),
        shadowing_db=_shadowing_db(terrain, station, los),
    )
    _check_reach(terrain, station, mobility)
    return links


def losses_of(scenario: Scenario, streams: Streams) -> Losses:
    """The links of all stations, in order of the devices' names. Raises as `draw_links` does."""
    stations, mobility = layout_of(scenario.topology.graph(streams)).stations, scenario.topology.mobility
    drawn = [draw_links(scenario.radio_of(station.radio), streams, station, mobility) for station in stations]
    order = np.argsort([device for station in stations for device in station.devices], kind="stable")
    return Losses(
        distance_m=np.concatenate([links.distance_m for links in drawn])[order],
        path_loss_db=np.concatenate([links.path_loss_db for links in drawn])[order],
        shadowing_db=np.concatenate([links.shadowing_db for links in drawn])[order],
    )


def cross_gain_db(radio: Radio, streams: Streams, devices: Sequence[str], device_m: Array, station: Station) -> Array:
    """Gain [devices] in dB of links to a station that does not serve these devices, at positions [devices, 2].

    Minus path loss minus shadowing, drawn at the link's name `device@station`. Nearer than the model's least distance:
    its loss there; beyond its greatest: minus infinity, the station is not heard.
    """
    links = [f"{device}@{station.name}" for device in devices]
    terrain = Terrain(radio=radio, streams=streams, station=station.name)
    nearest_m, farthest_m = radio.path_loss.range_m(radio.carrier_hz)
    away_m = np.hypot(*(np.asarray(device_m).reshape(-1, 2) - station.station_m).T)
    distance_m = np.clip(away_m, nearest_m, farthest_m)
    los = terrain.los(links, distance_m)
    loss_db = terrain.path_loss_db(distance_m, los) + terrain.shadowing_db(links, distance_m, device_m, los)
    return np.where(away_m > farthest_m, -np.inf, -loss_db)


def _path_loss_db(terrain: Terrain, station: Station, los: Bools | None) -> Array:
    try:
        return terrain.path_loss_db(station.distance_m, los)
    except RunError as error:
        raise ScenarioError(
            f"{error}{_first_refused(terrain, station, los)}", path=f"{_section(station)}.path_loss"
        ) from None


def _first_refused(terrain: Terrain, station: Station, los: Bools | None) -> str:
    for number, device in enumerate(station.devices):
        one = slice(number, number + 1)
        try:
            terrain.path_loss_db(station.distance_m[one], None if los is None else los[one])
        except RunError:
            return f" (first at device {device}, {station.distance_m[number]:.6g} m away)"
    return ""


def _shadowing_db(terrain: Terrain, station: Station, los: Bools | None) -> Array:
    try:
        return terrain.shadowing_db(station.devices, station.distance_m, station.device_m, los)
    except RunError as error:
        raise ScenarioError(str(error), path=f"{_section(station)}.shadowing") from None


def _check_reach(terrain: Terrain, station: Station, mobility: Mobility) -> None:
    if mobility.update_every_s() is None:
        return
    _, farthest_m = terrain.radio.path_loss.range_m(terrain.radio.carrier_hz)
    for device, path in zip(station.devices, paths(mobility, terrain, station), strict=True):
        if (reach_m := path.farthest_m(station.station_m)) > farthest_m:
            raise ScenarioError(
                f"device {device} may move {reach_m:.6g} m away from {station.name}; path loss "
                f"{terrain.radio.path_loss.kind} is valid to {farthest_m:.6g} m",
                path="topology.mobility",
            )


def _section(station: Station) -> str:
    return "radio" if station.radio is None else f"radios.{station.radio}"
