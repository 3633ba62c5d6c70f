from __future__ import annotations

import pytest
from pydantic import ValidationError

from wfsim.part import describe_value
from wfsim.rng import Streams
from wfsim.topology import BASE_STATION, Topology

A, B, C = ({"name": name, "distance_m": distance} for name, distance in (("a", 10.0), ("b", 20.0), ("c", 30.0)))


def placed(*devices):
    return Topology.parse({"kind": "placed", "devices": list(devices)})


def test_distances_are_those_of_the_file():
    graph = placed(A, B).graph(Streams(1))
    assert [graph.edges[name, BASE_STATION]["distance_m"] for name in "ab"] == [10.0, 20.0]


def test_the_order_in_the_file_changes_nothing():
    assert placed(A, B, C) == placed(C, A, B)
    assert describe_value(placed(A, B, C)) == describe_value(placed(B, C, A))
    assert placed(C, B, A).device_names() == ("a", "b", "c")


def test_adding_a_device_moves_nobody():
    few, many = placed(B, C).graph(Streams(1)), placed(A, B, C).graph(Streams(1))
    assert all(many.nodes[name] == few.nodes[name] for name in few)


def test_duplicate_names_are_refused_by_name():
    with pytest.raises(ValidationError, match="must be unique; repeated: a, b"):
        placed(A, B, C, B, A)


@pytest.mark.parametrize(
    "device",
    [
        {"name": "bs", "distance_m": 1.0},
        {"name": "", "distance_m": 1.0},
        {"name": "a", "distance_m": 0.0},
        {"name": "a"},
    ],
)
def test_impossible_devices_are_refused(device):
    with pytest.raises(ValidationError):
        placed(device)


def test_an_empty_list_is_refused():
    with pytest.raises(ValidationError):
        placed()
