from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.rng import Streams
from wfsim.scenario.schema import Radio
from wfsim.topology import Topology
from wfsim.topology.layout import Station, layout_of
from wfsim.world.links import LargeScale, cross_gain_db, draw_links

_STREAMS = Streams(1)


def station_of(**topology: Any) -> tuple[Topology, Station]:
    part = Topology.parse({"kind": "cell", "devices": 6, "radius_m": 300.0, **topology})
    return part, layout_of(part.graph(_STREAMS)).stations[0]


def links_of(radio: dict[str, Any], **topology: Any) -> LargeScale:
    part, station = station_of(**topology)
    return draw_links(Radio.model_validate(radio), _STREAMS, station, part.mobility)


def elsewhere(x_m: float) -> Station:
    """A station without devices, `x_m` east of the first."""
    nothing = np.empty(0)
    return Station(
        name="north", radio=None, devices=(), distance_m=nothing, device_m=nothing, station_m=np.array([x_m, 0.0])
    )


def test_models_without_a_line_of_sight_say_so() -> None:
    assert links_of({}).los is None
    assert links_of({"path_loss": "umi"}).los.shape == (6,)


def test_adding_devices_changes_nobodys_link() -> None:
    radio = {"path_loss": "umi", "shadowing": "correlated"}
    few, many = links_of(radio), links_of(radio, devices=40)
    assert np.array_equal(few.los, many.los[:6])
    assert np.array_equal(few.shadowing_db, many.shadowing_db[:6])
    assert np.array_equal(few.path_loss_db, many.path_loss_db[:6])


def test_where_nobody_moves_the_fading_is_the_slots_own() -> None:
    radio, links = Radio(), links_of({})
    own = radio.fading.realise(_STREAMS, links.station.devices)
    assert type(links.fading(radio, _STREAMS)) is type(own)


def test_moving_multiplies_the_fading_of_the_same_names() -> None:
    """At t = 0, and before it, the change is 0 dB; later it is that of a link without fading, block by block."""
    radio, links = Radio.model_validate({"path_loss": "umi", "shadowing": "correlated"}), {"kind": "waypoint"}
    moving = links_of(radio.model_dump(), mobility=links)
    still = radio.fading.realise(_STREAMS, moving.station.devices)
    times_s = np.array([-0.04, 0.0, 0.05, 33.32])
    change = moving.fading(radio, _STREAMS).gain(times_s) / still.gain(times_s)
    assert change[:, :2] == pytest.approx(np.ones((6, 2)), rel=1e-9)
    assert np.all(np.abs(10.0 * np.log10(change[:, 3])) > 1e-3)
    alone = moving.fading(
        radio.model_copy(update={"fading": Radio.model_validate({"fading": "none"}).fading}), _STREAMS
    )
    assert alone.coherence_s == 0.1
    assert alone.gain(np.array([33.32])) == pytest.approx(change[:, 3:], rel=1e-9)


def test_a_model_without_a_correlation_distance_keeps_the_state() -> None:
    radio = Radio.model_validate({"path_loss": "inf_hh", "shadowing": "none", "fading": "none"})
    links = links_of(radio.model_dump(), mobility="waypoint")
    position_m = links.mobility.realise(
        _STREAMS, links.station.devices[2], links.station.device_m[2], np.zeros(2)
    ).position_m(np.array([20.0]))
    there_db = radio.path_loss.loss_db(np.hypot(*position_m.T), 2e9, np.array([True]))
    change_db = 10.0 * np.log10(links.fading(radio, _STREAMS).gain(np.array([20.0]))[2])
    assert change_db == pytest.approx(links.path_loss_db[2] - there_db)


@pytest.mark.parametrize(
    ("radio", "topology", "path", "words"),
    [
        ({"path_loss": "inh"}, {}, "radio.path_loss", ["path loss inh", "149.987 m", "first at device d0"]),
        ({"shadowing": "correlated"}, {}, "radio.shadowing", ["shadowing correlated", "give std_db"]),
        (
            {"path_loss": "inf_sh"},
            {"mobility": {"kind": "waypoint", "radius_m": 400.0}},
            "topology.mobility",
            ["device d0", "away from bs", "inf_sh is valid to 599.965 m"],
        ),
    ],
)
def test_what_cannot_work_is_an_error_with_its_place(
    radio: dict[str, Any], topology: dict[str, Any], path: str, words: list[str]
) -> None:
    with pytest.raises(ScenarioError) as error:
        links_of(radio, **topology)
    assert error.value.path == path
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_link_to_another_station_has_a_draw_of_its_own() -> None:
    part, station = station_of()
    radio = Radio()
    names, north = [f"{device}@north" for device in station.devices], elsewhere(900.0)
    gain_db = cross_gain_db(radio, _STREAMS, station.devices, station.device_m, north)
    away_m = np.hypot(*(station.device_m - [900.0, 0.0]).T)
    drawn_db = [8.0 * _STREAMS.generator("shadowing", name).standard_normal() for name in names]
    assert gain_db == pytest.approx(-radio.path_loss.loss_db(away_m, 2e9) - drawn_db)
    assert not np.any(drawn_db == draw_links(radio, _STREAMS, station, part.mobility).shadowing_db)


def test_a_station_beyond_the_models_validity_is_not_heard_and_a_near_one_as_at_the_least_distance() -> None:
    _, station = station_of()
    radio = Radio.model_validate({"shadowing": "none"})
    assert np.all(cross_gain_db(radio, _STREAMS, station.devices, station.device_m, elsewhere(9e3)) == -np.inf)
    on_top_m = np.array([[900.0, 1.0]])
    near_db = cross_gain_db(radio, _STREAMS, ["d"], on_top_m, elsewhere(900.0))
    assert near_db == pytest.approx(-radio.path_loss.loss_db(np.array([35.0]), 2e9))
