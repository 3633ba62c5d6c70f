"""The map of a run."""

from __future__ import annotations

import pytest
from matplotlib.text import Annotation

from wfsim import trace
from wfsim.errors import UsageError
from wfsim.figures._style import look
from wfsim.figures.topology import topology
from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology.layout import layout_of

HALLS = [
    {"name": "hall", "devices": 3, "radius_m": 50.0, "backhaul": {"kind": "wire", "rate_bps": 2e8, "delay_s": 0.01}},
    {"name": "yard", "devices": 2, "radius_m": 80.0, "edge": True, "radio": "wifi"},
]


@pytest.fixture
def drawn(write_run):
    def draw(folder="a", left_out=(), **fields):
        graph = Topology.parse(fields).graph(Streams(1))
        placed = [
            trace.LinkPlaced(
                t_s=0.0,
                device=device,
                station=station.name,
                distance_m=1.0,
                los=None,
                path_loss_db=0.0,
                shadowing_db=0.0,
                mean_snr_db=float(number),
            )
            for station in layout_of(graph).stations
            for number, device in enumerate(station.devices)
            if device not in left_out
        ]
        with look():
            return topology([write_run(folder, placed, topology=fields, radios={"wifi": {}})])

    return draw


def texts(axes):
    return [text.get_text() for text in axes.texts if isinstance(text, Annotation)]


def points(axes):
    """Of all scattered marks, in the order in which they were drawn."""
    return [tuple(point) for marks in axes.collections for point in getattr(marks, "get_offsets", list)()]


def test_distant_sites_have_a_map_each_and_a_scheme_of_hops(drawn):
    scheme, hall, yard, *_ = drawn(kind="sites", sites=HALLS).axes
    assert set(texts(scheme)) >= {"200 Mbit/s, 10 ms", "1 Gbit/s", "cloud", "hall", "yard", "yard-edge"}
    assert (hall.get_title(loc="left"), yard.get_title(loc="left")) == ("hall", "yard (wifi)")
    assert (0.0, 0.0) in points(hall)


def test_devices_are_where_the_seed_placed_them_coloured_by_snr(drawn):
    figure = drawn(kind="cell", devices=5)
    graph = Topology.parse({"kind": "cell", "devices": 5}).graph(Streams(1))
    axes, bar = figure.axes
    for name in ("d00001", "d00005"):
        assert (graph.nodes[name]["x_m"], graph.nodes[name]["y_m"]) in points(axes)
    assert bar.get_ylim() == (0.0, 4.0)
    devices = next(marks for marks in axes.collections if len(getattr(marks, "get_offsets", list)()) == 5)
    assert len({tuple(colour) for colour in devices.get_facecolor()}) == 5


def test_sites_side_by_side_share_one_map_below_the_scheme(drawn):
    near = [{**HALLS[0], "at_m": [0.0, 0.0]}, {**HALLS[1], "at_m": [200.0, 0.0]}]
    scheme, one_map, _ = drawn(kind="sites", sites=near).axes
    assert "200 Mbit/s, 10 ms" in texts(scheme)
    assert {(0.0, 0.0), (200.0, 0.0)} <= set(points(one_map))


def test_a_mesh_is_drawn_at_its_places(drawn):
    axes, _ = drawn(kind="mesh", rows=2, columns=3, spacing_m=100.0, stations=1, devices_per_station=2).axes
    assert {(0.0, 0.0), (100.0, 0.0), (200.0, 100.0)} <= set(points(axes))
    assert {"r01c01", "r02c03", "cloud"} <= set(texts(axes))
    assert axes.get_title(loc="left") == "behind the stations: 20 Mbit/s, 2 ms (7 links); 100 Mbit/s, 10 ms"


def test_many_cells_say_what_is_behind_them(drawn):
    axes, _ = drawn(kind="cells", cells=13, devices_per_cell=1).axes
    assert axes.get_title(loc="left") == "behind the stations: 10 Gbit/s, 1 ms (13 links)"
    assert texts(axes) == []


def test_a_journal_without_a_devices_link_is_refused(drawn):
    with pytest.raises(UsageError, match="its journal has no link of d00002; the run did not get that far"):
        drawn(kind="cell", devices=2, left_out=["d00002"])
