from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.part import describe_value
from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology.mobility import Mobility

_START_M, _STATION_M = np.array([50.0, 10.0]), np.zeros(2)


def test_nobody_moves_by_default() -> None:
    mobility = Topology.parse("cell").mobility
    path = mobility.realise(Streams(1), "d", _START_M, _STATION_M)
    assert mobility.update_every_s() is None
    assert np.array_equal(path.position_m(np.array([0.0, 1e6])), [_START_M, _START_M])


@pytest.mark.parametrize("kind", ["waypoint", "agv_loop"])
def test_every_device_has_a_way_of_its_own_that_others_do_not_shift(kind: str) -> None:
    part, times_s = Mobility.parse(kind), np.array([30.0, 90.0])
    one, again, other, elsewhere = (
        part.realise(Streams(seed), device, _START_M, _STATION_M).position_m(times_s)
        for seed, device in ((1, "a"), (1, "a"), (1, "b"), (2, "a"))
    )
    assert np.array_equal(one, again)
    assert not np.allclose(one, other)
    assert not np.allclose(one, elsewhere)


def test_every_topology_takes_a_mobility_and_says_it() -> None:
    placed = {"kind": "placed", "devices": [{"name": "a", "distance_m": 90.0}]}
    topology = Topology.parse({**placed, "mobility": {"kind": "agv_loop", "corners_m": [[0, 0], [10, 0]]}})
    assert topology.mobility.corners_m == ((0.0, 0.0), (10.0, 0.0))
    assert Topology.parse(describe_value(topology)) == topology


def test_a_vehicle_between_two_stops_goes_to_and_fro() -> None:
    part = Mobility.parse({"kind": "agv_loop", "corners_m": [[0, 0], [10, 0]], "stop_s": 0, "speed_mps": 1})
    position_m = part.realise(Streams(1), "a", _START_M, _STATION_M).position_m(np.linspace(0.0, 20.0, 2001))
    assert np.ptp(position_m, axis=0) == pytest.approx([10.0, 0.0], abs=0.011)
    assert position_m[-1] == pytest.approx(position_m[0])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "waypoint", "speed_mps": [2, 1]}, "0 <= least <= greatest, got 2 and 1"),
        ({"kind": "waypoint", "speed_mps": [0, 1]}, "at least 0.01 m/s, got 0"),
        ({"kind": "waypoint", "pause_s": [-1, 1]}, "0 <= least <= greatest"),
        ({"kind": "agv_loop", "corners_m": [[1, 1], [1, 1]]}, "two corners or more that differ"),
        ({"kind": "agv_loop", "corners_m": 3}, "valid tuple"),
    ],
)
def test_impossible_movement_is_refused(fields: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Mobility.parse(fields)
