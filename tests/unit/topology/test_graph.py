from __future__ import annotations

import pytest
from pydantic import ValidationError

from wfsim.errors import ScenarioError
from wfsim.part import describe_value
from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology.layout import layout_of

CLOUD = {"name": "hq", "role": "cloud"}
NEAR = {"name": "near", "role": "access_point", "at_m": [0.0, 0.0]}
FAR = {"name": "far", "role": "base_station", "at_m": [100.0, 0.0], "radio": "lte"}
A = {"name": "a", "role": "device", "at_m": [3.0, 4.0]}
B = {"name": "b", "role": "device", "at_m": [97.0, 4.0]}
UP = [{"between": ["near", "hq"]}, {"between": ["hq", "far"], "hop": {"kind": "wire", "rate_bps": 1e6}}]


def network(nodes, links=()):
    return Topology.parse({"kind": "graph", "nodes": list(nodes), "links": list(links)})


def test_devices_use_the_nearest_station():
    graph = network([CLOUD, NEAR, FAR, A, B], UP).graph(Streams(1))
    assert graph.edges["a", "near"]["distance_m"] == 5.0
    assert graph.edges["b", "far"]["distance_m"] == 5.0
    assert graph.edges["far", "hq"]["hop"].rate_bps == 1e6


def test_a_device_may_name_another_station():
    graph = network([CLOUD, NEAR, FAR, A, {**B, "station": "near"}, {**A, "name": "c", "station": "far"}], UP)
    assert set(graph.graph(Streams(1))["b"]) == {"near"}


def test_the_order_of_the_lists_changes_nothing():
    one, other = network([CLOUD, NEAR, FAR, A, B], UP), network([B, A, FAR, NEAR, CLOUD], UP[::-1])
    assert describe_value(one) == describe_value(other)
    assert one.device_names() == ("a", "b")


def test_one_station_alone_needs_no_cloud():
    assert layout_of(network([NEAR, A]).graph(Streams(1))).server == "near"


@pytest.mark.parametrize(
    ("nodes", "links", "message"),
    [
        ([NEAR, A, A], (), "unique; repeated: a"),
        ([NEAR, {**A, "role": "robot"}], (), "'device', 'base_station', 'access_point', 'relay'"),
        ([CLOUD, A], (), "device a has no base station or access point to use"),
        ([NEAR, {**A, "station": "nera"}], (), "device a uses 'nera', no station .did you mean 'near'"),
        ([NEAR, {"name": "a", "role": "device"}], (), "at_m is required: a is a device"),
        ([NEAR, A, {**CLOUD, "radio": "lte"}], (), "radio is for base stations and access points; hq is a cloud"),
        ([{**NEAR, "station": "near"}, A], (), "station is for devices; near is a access_point"),
        (
            [NEAR, A, CLOUD],
            [{"between": ["neat", "hq"]}],
            "links join fixed nodes; 'neat' is none .did you mean 'near'",
        ),
        ([NEAR, A, CLOUD], [{"between": ["near", "a"]}], "links join fixed nodes; 'a' is none"),
        ([NEAR, A, CLOUD], [UP[0], {"between": ["hq", "near"]}], "hq and near are joined otherwise"),
        ([NEAR, A, CLOUD], [{"between": ["hq", "hq"]}], "hq and hq are joined otherwise"),
    ],
)
def test_impossible_lists_are_refused(nodes, links, message):
    with pytest.raises(ValidationError, match=message):
        network(nodes, links)


@pytest.mark.parametrize(
    ("nodes", "links", "message"),
    [
        ([NEAR, CLOUD], UP[:1], "the network has no device"),
        ([NEAR, FAR, A, B], (), "needs one node of role cloud, where the server is; it has none"),
        ([NEAR, A, CLOUD, {**CLOUD, "name": "hq2"}], UP[:1], "it has 2: hq, hq2"),
        ([NEAR, FAR, A, CLOUD], UP, "station far has no devices; give it some, or make it a relay"),
        ([NEAR, FAR, A, B, CLOUD], UP[:1], "station far has no way to hq"),
        ([NEAR, {**A, "at_m": [0.0, 0.0]}], (), "device a stands on its station near, 0 m away"),
    ],
)
def test_impossible_networks_are_refused(nodes, links, message):
    with pytest.raises(ScenarioError, match=message):
        layout_of(network(nodes, links).graph(Streams(1)))


def test_a_hand_made_graph_with_an_unknown_role_is_refused():
    graph = network([NEAR, A]).graph(Streams(1))
    graph.add_node("x", role="relais")
    with pytest.raises(ScenarioError, match="x has no known role, 'relais' .did you mean 'relay'"):
        layout_of(graph)
    graph.nodes["x"]["role"] = "relay"
    graph.add_edge("x", "near")
    with pytest.raises(ScenarioError, match="link between near and x has no hop"):
        layout_of(graph)
