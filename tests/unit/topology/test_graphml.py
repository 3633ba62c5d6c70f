from __future__ import annotations

import networkx
import pytest

from wfsim.errors import ScenarioError
from wfsim.local_path import without_paths
from wfsim.rng import Streams
from wfsim.topology.graphml import GraphMl


@pytest.fixture
def drawn() -> networkx.Graph:
    graph = networkx.Graph()
    graph.add_node("d1", role="device", x_m=3.0, y_m=4.0)
    graph.add_node("d2", role="device", x_m=3, y_m=-4)
    graph.add_node("ap", role="access_point", x_m=0.0, y_m=0.0, label="Hall 3")
    graph.add_node("ap2", role="access_point", x_m=3.0, y_m=3.0, radio="wifi")
    graph.add_node("dc", role="cloud")
    graph.add_edge("ap", "dc", rate_bps=5e6, delay_s=0.02, loss=0.1, queue_bytes=9000)
    graph.add_edge("ap2", "dc")
    graph.add_edge("d1", "ap2")
    return graph


def written(graph, path):
    networkx.write_graphml(graph, path)
    return GraphMl(path=str(path))


def test_attributes_become_a_network(drawn, tmp_path):
    topology = written(drawn, tmp_path / "a.graphml")
    graph = topology.graph(Streams(1))
    hop = graph.edges["ap", "dc"]["hop"]
    assert topology.device_names() == ("d1", "d2")
    assert (hop.rate_bps, hop.delay_s, hop.loss, hop.queue_bytes) == (5e6, 0.02, 0.1, 9000.0)
    assert graph.edges["ap2", "dc"]["hop"].rate_bps == 1e9
    assert graph.edges["d1", "ap2"]["distance_m"] == 1.0
    assert graph.edges["d2", "ap"]["distance_m"] == 5.0
    assert graph.nodes["ap2"]["radio"] == "wifi"


def test_the_content_counts_not_the_path(drawn, tmp_path):
    one, copy = (without_paths(written(drawn, tmp_path / f"{name}.graphml")) for name in "ab")
    drawn.nodes["d1"]["x_m"] = 3.5
    other = without_paths(written(drawn, tmp_path / "c.graphml"))
    assert one == copy != other


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda graph: graph.nodes["d1"].pop("role"), "node d1: role Field required"),
        (lambda graph: graph.nodes["ap"].update(role="router"), "node ap: role Input should be 'device', 'base_st"),
        (lambda graph: graph.nodes["d2"].pop("x_m"), "at_m is required: d2 is a device"),
        (lambda graph: graph.add_edge("d1", "ap"), "device d1 is linked to ap, ap2; it uses one station"),
        (lambda graph: graph.add_edge("d1", "d2"), "device d1 is linked to ap2, d2; it uses one station"),
        (lambda graph: graph.edges["ap", "dc"].update(rate_bps=-1.0), "link ap - dc: .*should be greater than 0"),
        (lambda graph: graph.edges["ap", "dc"].update(rate_bps="fast"), "could not convert string to float: 'fast'"),
    ],
)
def test_what_is_no_network_is_refused_in_one_line(drawn, tmp_path, change, message):
    change(drawn)
    with pytest.raises(ScenarioError, match=message) as refused:
        written(drawn, tmp_path / "a.graphml").device_names()
    assert str(tmp_path / "a.graphml") in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01", b"<html></html>", b"<graphml", b"<graphml xmlns='http://graphml.graphdrawing.org/xmlns'/>"],
)
def test_what_is_no_graphml_is_refused(tmp_path, content):
    (tmp_path / "a.graphml").write_bytes(content)
    with pytest.raises(ScenarioError, match="is not a GraphML file"):
        GraphMl(path=str(tmp_path / "a.graphml")).device_names()


def test_a_missing_file_and_double_links_are_refused(drawn, tmp_path):
    with pytest.raises(ScenarioError, match="No such file"):
        GraphMl(path=str(tmp_path / "none.graphml")).device_names()
    double = networkx.MultiGraph(drawn)
    double.add_edge("ap", "dc")
    with pytest.raises(ScenarioError, match="more than once"):
        written(double, tmp_path / "b.graphml").device_names()
