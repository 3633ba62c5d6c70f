"""What every topology promises."""

from __future__ import annotations

import math

import pytest

from wfsim.part import describe_value
from wfsim.rng import Streams
from wfsim.topology import BASE_STATION, Topology


@pytest.fixture(params=sorted(Topology.kinds))
def topology(request):
    """One part of every kind: required fields take the first of their examples."""
    kind = Topology.kinds[request.param]
    fields = {name: field.examples[0] for name, field in kind.model_fields.items() if field.is_required()}
    return Topology.parse({"kind": request.param, **fields})


def test_yaml_form_round_trips(topology):
    assert Topology.parse(describe_value(topology)) == topology


def test_device_names_are_sorted_unique_and_in_the_graph(topology):
    names = topology.device_names()
    graph = topology.graph(Streams(1))
    assert list(names) == sorted(set(names))
    assert set(graph) == {BASE_STATION, *names}
    assert {name for name, role in graph.nodes(data="role") if role == "device"} == set(names)
    assert graph.nodes[BASE_STATION]["role"] == "base_station"


def test_every_device_has_one_edge_whose_length_is_the_distance_of_its_ends(topology):
    graph = topology.graph(Streams(1))
    base = graph.nodes[BASE_STATION]
    assert graph.number_of_edges() == len(topology.device_names())
    for name in topology.device_names():
        node = graph.nodes[name]
        length = math.hypot(node["x_m"] - base["x_m"], node["y_m"] - base["y_m"])
        assert graph.edges[name, BASE_STATION]["distance_m"] == pytest.approx(length, rel=1e-12)
        assert length > 0


def test_a_graph_is_the_same_every_time(topology):
    first, again = (dict(topology.graph(Streams(1)).nodes(data=True)) for _ in range(2))
    assert first == again
