"""What every kind of mobility promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_close, require_equal
from wfsim.rng import Streams
from wfsim.topology.mobility import Mobility, Path

_START_M, _STATION_M = np.array([120.0, -40.0]), np.zeros(2)
_TIMES_S = np.linspace(0.0, 600.0, 241)


def _path(model: Mobility, device: str = "d00001") -> Path:
    return model.realise(Streams(1), device, _START_M, _STATION_M)


def check_a_path_begins_where_the_topology_placed_the_device(model: Mobility) -> None:
    """The distance and the map of t = 0 hold."""
    position_m = _path(model).position_m(np.zeros(1))
    require_equal(position_m.shape, (1, 2), "the shape of a position")
    require_close(position_m[0], _START_M, "the position at t = 0 is not the start", abs=1e-9)


def check_any_query_order_gives_the_same_positions(model: Mobility) -> None:
    """All at once, or one after the other in a random order."""
    whole, path = _path(model).position_m(_TIMES_S), _path(model)
    for index in np.random.default_rng(0).permutation(len(_TIMES_S)):
        single = path.position_m(_TIMES_S[[index]])[0]
        require(np.array_equal(single, whole[index]), f"the position at {_TIMES_S[index]:g} s depends on the queries")


def check_nobody_jumps_or_goes_farther_than_said(model: Mobility) -> None:
    """Positions are finite and within `farthest_m`, and no step within 2.5 s is longer than 1 km."""
    path = _path(model)
    position_m, farthest_m = path.position_m(_TIMES_S), path.farthest_m(_STATION_M)
    away_m = np.hypot(*(position_m - _STATION_M).T)
    require(np.isfinite(position_m).all(), "a position is not finite")
    require(
        (away_m <= farthest_m + 1e-6).all(), f"a device is {away_m.max():g} m away, said to be at most {farthest_m:g}"
    )
    steps_m = np.hypot(*np.diff(position_m, axis=0).T)
    require((steps_m < 1e3).all(), f"a device goes {steps_m.max():g} m in 2.5 s")


def check_who_never_updates_stands_still(model: Mobility) -> None:
    """`update_every_s` None means that nobody moves; else it is a time above 0, and devices do move."""
    every_s, moved = model.update_every_s(), np.ptp(_path(model).position_m(_TIMES_S), axis=0).max() > 0.0
    require(every_s is None or every_s > 0.0, f"update_every_s is {every_s}")
    require(
        (every_s is not None) == moved, f"update_every_s is {every_s}, and the device {'moves' if moved else 'rests'}"
    )
