from __future__ import annotations

import pytest
from pydantic import ValidationError

from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology.cell import Cell


def test_defaults_place_twenty_devices_with_five_digit_names():
    names = Topology.parse("cell").device_names()
    assert (len(names), names[0], names[-1]) == (20, "d00001", "d00020")


def test_adding_devices_moves_nobody():
    few, many = (Cell(devices=count).graph(Streams(1)) for count in (3, 30))
    assert all(many.nodes[name] == few.nodes[name] for name in few)


def test_another_seed_moves_everybody():
    one, two = (Cell(devices=5).graph(Streams(seed)) for seed in (1, 2))
    assert all(one.nodes[name]["x_m"] != two.nodes[name]["x_m"] for name in Cell(devices=5).device_names())


def test_devices_keep_their_distance():
    graph = Cell(devices=300, radius_m=100, min_distance_m=90).graph(Streams(1))
    distances = [distance for *_, distance in graph.edges(data="distance_m")]
    assert 90 <= min(distances) < max(distances) <= 100


def test_a_larger_cell_keeps_every_bearing():
    small, large = (Cell(devices=5, radius_m=radius, min_distance_m=0).graph(Streams(1)) for radius in (100, 200))
    for name, node in small.nodes(data=True):
        assert large.nodes[name]["x_m"] == pytest.approx(2 * node["x_m"], rel=1e-12)


@pytest.mark.parametrize(
    "fields", [{"devices": 0}, {"radius_m": 0}, {"min_distance_m": -1}, {"radius_m": 35}, {"radius_m": float("inf")}]
)
def test_impossible_cells_are_refused(fields):
    with pytest.raises(ValidationError):
        Cell(**fields)


def test_the_error_names_both_radii():
    with pytest.raises(ValidationError, match="min_distance_m 50 must be less than radius_m 20"):
        Cell(radius_m=20, min_distance_m=50)
