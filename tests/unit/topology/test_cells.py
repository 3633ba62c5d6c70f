from __future__ import annotations

import math
from itertools import combinations

import pytest
from pydantic import ValidationError

from wfsim.rng import Streams
from wfsim.topology.cells import Cells
from wfsim.topology.layout import layout_of


def stations(graph):
    return {name: (node["x_m"], node["y_m"]) for name, node in graph.nodes(data=True) if node["role"] == "base_station"}


def test_the_grid_is_hexagonal():
    """19 cells: the middle one has 6 neighbours, and the grid 42 pairs one inter-site distance apart, none nearer."""
    points = stations(Cells(cells=19, devices_per_cell=1, inter_site_m=700.0).graph(Streams(1)))
    lengths = [math.dist(one, other) for one, other in combinations(points.values(), 2)]
    assert min(lengths) == pytest.approx(700.0, rel=1e-12)
    assert sum(length == pytest.approx(700.0, rel=1e-9) for length in lengths) == 42
    assert sum(math.dist(points["c0001"], point) == pytest.approx(700.0) for point in points.values()) == 6


def test_names_and_stations():
    topology = Cells(cells=2, devices_per_cell=2, radio="small")
    assert topology.device_names() == ("c0001-d001", "c0001-d002", "c0002-d001", "c0002-d002")
    layout = layout_of(topology.graph(Streams(1)))
    assert [(station.name, station.radio) for station in layout.stations] == [("c0001", "small"), ("c0002", "small")]


def test_adding_cells_and_devices_moves_nobody():
    few = Cells(cells=3, devices_per_cell=4).graph(Streams(1))
    many = Cells(cells=9, devices_per_cell=1200).graph(Streams(1))
    assert all(many.nodes[name] == few.nodes[name] for name in few)


def test_devices_stay_within_a_disc_of_the_hexagons_area():
    topology = Cells(cells=1, devices_per_cell=3000, inter_site_m=400.0, min_distance_m=50.0)
    assert math.pi * topology.radius_m**2 == pytest.approx(math.sqrt(0.75) * 400.0**2, rel=1e-12)
    graph = topology.graph(Streams(1))
    distances_m = [graph.edges[name, "c0001"]["distance_m"] for name in topology.device_names()]
    assert min(distances_m) >= 50.0 and 0.99 * topology.radius_m < max(distances_m) <= topology.radius_m


def test_a_cell_without_room_is_refused():
    with pytest.raises(ValidationError, match="min_distance_m 60 must be less than radius_m 52"):
        Cells(inter_site_m=100.0, min_distance_m=60.0)
