"""Movement against what geometry and the drawn laws say, and what it does to a link."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.rng import Streams
from wfsim.scenario.schema import Radio
from wfsim.topology import Topology
from wfsim.topology.layout import layout_of
from wfsim.topology.mobility import Mobility
from wfsim.world.links import LargeScale, draw_links

_STATION_M, _START_M = np.zeros(2), np.array([200.0, 0.0])
_DEVICES = [f"d{number:05d}" for number in range(1500)]


def test_waypoints_are_uniform_in_the_disc_and_legs_take_distance_over_speed() -> None:
    """First leg: E[r^2] = R^2 / 2, and with one speed the device is at r (its waypoint) at r / v and rests until then
    + pause."""
    part = Mobility.parse({"kind": "waypoint", "radius_m": 40, "speed_mps": [2, 2], "pause_s": [1000, 1000]})
    fields = Streams(1), _START_M, _STATION_M
    paths = [part.realise(fields[0], device, *fields[1:]) for device in _DEVICES]
    moved_m = np.array([path.position_m(np.array([1.0, 500.0])) for path in paths]) - _START_M
    reach_m = np.hypot(*moved_m[:, 1].T)
    assert abs((reach_m**2).mean() - 800.0) < 4.5 * (reach_m**2).std() / np.sqrt(len(paths))
    assert np.hypot(*moved_m[:, 0].T) == pytest.approx(np.minimum(2.0, reach_m))
    assert abs(moved_m[:, 1].mean(axis=0)).max() < 4.5 * 20.0 / np.sqrt(len(paths))


def test_speeds_and_pauses_are_uniform_in_their_ranges() -> None:
    part = Mobility.parse({"kind": "waypoint", "radius_m": 1000, "speed_mps": [1, 3]})
    first_m = [
        part.realise(Streams(1), device, _START_M, _STATION_M).position_m(np.array([1e-3]))[0] for device in _DEVICES
    ]
    speeds_mps = np.hypot(*(np.array(first_m) - _START_M).T) / 1e-3
    assert speeds_mps.min() >= 1.0 - 1e-6
    assert speeds_mps.max() <= 3.0 + 1e-6
    assert abs(speeds_mps.mean() - 2.0) < 4.5 * (2.0 / np.sqrt(12.0)) / np.sqrt(len(_DEVICES))


def test_a_vehicle_comes_round_and_stops_for_its_share_of_the_time() -> None:
    """30 x 15 m at 2 m/s with 5 s at four corners: a round of 65 s, 20 s of them at rest, anywhere on it at t = 0."""
    part = Mobility.parse({"kind": "agv_loop", "speed_mps": 2.0})
    paths = [part.realise(Streams(1), device, _START_M, _STATION_M) for device in _DEVICES]
    times_s = np.array([0.0, 1e-6, 17.0, 65.0, 82.0])
    position_m = np.array([path.position_m(times_s) for path in paths])
    assert position_m[:, 3] == pytest.approx(position_m[:, 0], abs=1e-9)
    assert position_m[:, 4] == pytest.approx(position_m[:, 2], abs=1e-9)
    rests = np.hypot(*(position_m[:, 1] - position_m[:, 0]).T) < 1e-8
    p = 20.0 / 65.0
    assert abs(rests.mean() - p) < 4.5 * np.sqrt(p * (1 - p) / len(paths))


def test_a_vehicle_keeps_to_its_corners() -> None:
    """Over a round it covers exactly 30 x 15 m, wherever on it the start lies."""
    path = Mobility.parse("agv_loop").realise(Streams(1), "d00001", _START_M, _STATION_M)
    position_m = path.position_m(np.arange(0.0, 110.0, 0.01))
    assert np.ptp(position_m, axis=0) == pytest.approx([30.0, 15.0], abs=0.02)
    steps_m = np.hypot(*np.diff(position_m, axis=0).T)
    assert steps_m.max() <= 0.01 + 1e-9
    assert path.farthest_m(_STATION_M) == pytest.approx(np.hypot(*position_m.T).max(), abs=0.02)


def moving_links(radio: Radio, mobility: object, devices: int = 3, radius_m: float = 300.0) -> LargeScale:
    topology = Topology.parse({"kind": "cell", "devices": devices, "radius_m": radius_m, "mobility": mobility})
    station = layout_of(topology.graph(Streams(1))).stations[0]
    return draw_links(radio, Streams(1), station, topology.mobility)


def test_the_gain_follows_the_distance() -> None:
    """log_distance, n = 4, without shadowing and fading: gain (d0 / d)^4 at the start of every block of update_s."""
    radio = Radio.model_validate(
        {"path_loss": {"kind": "log_distance", "exponent": 4}, "shadowing": "none", "fading": "none"}
    )
    links = moving_links(radio, {"kind": "waypoint", "speed_mps": [5, 9], "update_s": 0.25})
    paths = links.fading(radio, Streams(1))
    assert paths.coherence_s == 0.25
    times_s = np.array([0.0, 0.25, 0.4, 7.1])
    starts_s = np.array([0.0, 0.25, 0.25, 7.0])
    for number, device in enumerate(links.station.devices):
        start_m = links.station.device_m[number]
        position_m = links.mobility.realise(Streams(1), device, start_m, np.zeros(2)).position_m(starts_s)
        expected = (links.distance_m[number] / np.hypot(*position_m.T)) ** 4
        assert paths.gain(times_s)[number] == pytest.approx(expected, rel=1e-9)


def test_nearer_than_valid_a_device_is_charged_the_least_valid_distance() -> None:
    radio = Radio.model_validate({"shadowing": "none", "fading": "none"})  # macro_128, from 35 m
    links = moving_links(radio, {"kind": "waypoint", "radius_m": 40.0}, devices=20, radius_m=40.0)
    gain = links.fading(radio, Streams(1)).gain(np.arange(0.0, 200.0, 2.0))
    best = 10.0 ** ((links.path_loss_db - radio.path_loss.loss_db(np.array([35.0]), 2e9)[0]) / 10.0)
    assert np.all(gain.max(axis=1) <= best * (1 + 1e-9))
    assert np.any(gain.max(axis=1) == pytest.approx(best, rel=1e-9))


def test_a_line_of_sight_comes_and_goes_as_often_as_the_model_says() -> None:
    """UMi without shadowing: far from the start, as many see the station as P(LOS) at those places adds up to."""
    radio = Radio.model_validate({"path_loss": "umi", "shadowing": "none", "fading": "none"})
    walk = {"kind": "waypoint", "radius_m": 500.0, "speed_mps": [20, 30]}
    links = moving_links(radio, walk, devices=800, radius_m=100.0)
    gain, p, times_s = links.fading(radio, Streams(1)), [], np.array([20.0])
    seen = []
    for number, device in enumerate(links.station.devices):
        place_m = links.mobility.realise(Streams(1), device, links.station.device_m[number], np.zeros(2))
        away_m = np.maximum(np.hypot(*place_m.position_m(times_s).T), 10.0)
        p.append(radio.path_loss.los_probability(away_m)[0])
        clear_db = radio.path_loss.loss_db(away_m, 2e9, np.array([True]))[0]
        change_db = 10.0 * np.log10(gain.block_gains(np.array([number]), 200, 1)[0, 0])
        seen.append(abs(links.path_loss_db[number] - change_db - clear_db) < 1e-6)
    chance = np.array(p)
    assert abs(np.sum(seen) - chance.sum()) < 4.5 * np.sqrt((chance * (1 - chance)).sum())
    assert np.any(np.array(seen) != links.los)
