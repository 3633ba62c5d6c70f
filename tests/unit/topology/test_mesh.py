from __future__ import annotations

import networkx
import pytest
from pydantic import ValidationError

from wfsim.errors import ScenarioError
from wfsim.rng import Streams
from wfsim.topology.layout import layout_of
from wfsim.topology.mesh import Mesh


def test_a_grid_without_diagonals():
    """3 x 4 nodes have 3 * 3 + 2 * 4 = 17 links; the corner opposite the gateway is 5 hops away, the cloud one more."""
    graph = layout_of(Mesh(rows=3, columns=4, stations=2).graph(Streams(1))).fixed
    assert graph.number_of_edges() == 17 + 1
    assert networkx.shortest_path_length(graph, "r03c04", "cloud") == 6


def test_the_farthest_nodes_are_access_points_and_the_corner_is_the_gateway():
    graph = Mesh(rows=3, columns=4, stations=2, devices_per_station=2).graph(Streams(1))
    roles = dict(graph.nodes(data="role"))
    assert [name for name, role in roles.items() if role == "access_point"] == ["r02c04", "r03c04"]
    assert roles["r01c01"] == "gateway"
    assert sum(role == "relay" for role in roles.values()) == 9


def test_jitter_moves_each_node_at_its_own_address_and_range_makes_the_links():
    few, many = (Mesh(rows=rows, columns=3, jitter=0.5, range_m=400.0).graph(Streams(1)) for rows in (3, 4))
    assert few.nodes["r02c02"]["x_m"] == many.nodes["r02c02"]["x_m"] != 200.0
    for one, other in ((a, b) for a in few for b in few if a < b and {a[0], b[0]} == {"r"} and "-" not in a + b):
        apart_m = (
            (few.nodes[one]["x_m"] - few.nodes[other]["x_m"]) ** 2
            + (few.nodes[one]["y_m"] - few.nodes[other]["y_m"]) ** 2
        ) ** 0.5
        assert few.has_edge(one, other) == (apart_m <= 400.0)


def test_a_mesh_that_falls_apart_is_refused():
    with pytest.raises(ScenarioError, match="station r0.c0. has no way to cloud"):
        layout_of(Mesh(rows=3, columns=3, range_m=150.0).graph(Streams(1)))


def test_a_relays_hop_is_as_long_as_its_link():
    given, filled = (
        Mesh(rows=2, columns=2, stations=1, spacing_m=150.0, hop={"kind": "relay", **length}).graph(Streams(1))
        for length in ({"distance_m": 80.0}, {})
    )
    assert given.edges["r01c01", "r01c02"]["hop"].distance_m == 80.0
    assert filled.edges["r01c01", "r01c02"]["hop"].distance_m == 150.0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"rows": 1, "columns": 3, "stations": 3}, "stations 3 must be fewer than the 3 nodes"),
        ({"jitter": 0.2}, "range_m is required: with jitter"),
        ({"radius_m": 5.0}, "min_distance_m 5 must be less than radius_m 5"),
    ],
)
def test_impossible_meshes_are_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        Mesh(**fields)
