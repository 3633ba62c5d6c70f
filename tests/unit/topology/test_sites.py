from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology.layout import layout_of

PLANT = {"name": "plant", "devices": 3, "radius_m": 60.0, "backhaul": {"rate_bps": 2e8, "delay_s": 0.01}}
BRANCH = {"name": "branch", "devices": 2, "station": "base_station", "radio": "lte", "edge": True}


def sites(*each):
    return Topology.parse({"kind": "sites", "sites": list(each)})


def test_every_site_has_a_station_and_a_way_to_the_cloud():
    graph = sites(PLANT, BRANCH).graph(Streams(1))
    assert graph.edges["plant", "cloud"]["hop"].rate_bps == 2e8
    assert {"branch-edge", "branch-d001", "branch-d002"} == set(graph["branch"])
    assert [graph.nodes[name]["role"] for name in ("plant", "branch", "branch-edge", "cloud")] == [
        "access_point",
        "base_station",
        "edge_server",
        "cloud",
    ]


def test_the_layout_reads_stations_radios_and_the_server():
    layout = layout_of(sites(PLANT, BRANCH).graph(Streams(1)))
    assert [(each.name, each.radio, len(each.devices)) for each in layout.stations] == [
        ("branch", "lte", 2),
        ("plant", None, 3),
    ]
    assert layout.server == "cloud"
    assert set(layout.fixed) == {"branch", "branch-edge", "plant", "cloud"}


def test_adding_sites_and_devices_moves_nobody():
    few = sites(PLANT).graph(Streams(1))
    many = sites({**PLANT, "devices": 30}, BRANCH).graph(Streams(1))
    assert all(many.nodes[name] == few.nodes[name] for name in few)


def test_another_seed_moves_every_device():
    one, two = (sites(PLANT).graph(Streams(seed)) for seed in (1, 2))
    assert all(one.nodes[f"plant-d00{n}"]["x_m"] != two.nodes[f"plant-d00{n}"]["x_m"] for n in (1, 2, 3))


def test_devices_are_uniform_over_the_annulus():
    """E[r^2] = (r_min^2 + R^2) / 2, standard deviation of r^2 (R^2 - r_min^2) / sqrt(12)."""
    crowd = {"name": "hall", "devices": 4000, "radius_m": 60.0, "min_distance_m": 20.0}
    graph = sites(crowd).graph(Streams(1))
    squares_m2 = np.array([graph.edges[name, "hall"]["distance_m"] for name in sites(crowd).device_names()]) ** 2
    assert abs(squares_m2.mean() - 2000.0) < 4.5 * (3600.0 - 400.0) / math.sqrt(12 * 4000)


def test_sites_without_a_place_stand_kilometres_apart_and_at_m_is_kept():
    graph = sites(PLANT, BRANCH, {"name": "here", "at_m": [10.0, -20.0]}).graph(Streams(1))
    points = {name: (graph.nodes[name]["x_m"], graph.nodes[name]["y_m"]) for name in ("plant", "branch", "here")}
    assert points["here"] == (10.0, -20.0)
    assert math.dist(points["plant"], points["branch"]) > 5000.0


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"name": "plant"}, "unique; repeated: plant"),
        ({"name": "cloud"}, "unique; repeated: cloud"),
        ({"name": "plant-d001"}, "unique; repeated: plant-d001"),
        ({"name": "a>b"}, "pattern"),
        ({"name": "a", "radius_m": 1.0}, "min_distance_m 2 must be less than radius_m 1"),
        ({"name": "a", "devices": 0}, "greater than or equal to 1"),
        ({"name": "a", "station": "gateway"}, "base_station"),
        ({"name": "a", "backhaul": {"kind": "string"}}, "no hop called 'string'"),
    ],
)
def test_impossible_sites_are_refused(second, message):
    with pytest.raises(ValidationError, match=message):
        sites(PLANT, second)
