"""Uniform annulus: E[r^2] = (r_min^2 + R^2) / 2, Var[r^2] = (R^2 - r_min^2)^2 / 12, E[x] = 0, Var[x] = E[r^2] / 2."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.rng import Streams
from wfsim.topology.cell import Cell

DEVICES = 4000


@pytest.mark.parametrize(("radius_m", "min_distance_m"), [(500.0, 35.0), (100.0, 0.0), (100.0, 80.0)])
def test_devices_are_uniform_over_the_area(radius_m, min_distance_m):
    graph = Cell(devices=DEVICES, radius_m=radius_m, min_distance_m=min_distance_m).graph(Streams(1))
    squares_m2 = np.array([distance for *_, distance in graph.edges(data="distance_m")]) ** 2
    mean_m2 = (min_distance_m**2 + radius_m**2) / 2
    error_m2 = (radius_m**2 - min_distance_m**2) / math.sqrt(12 * DEVICES)
    assert abs(squares_m2.mean() - mean_m2) < 4.5 * error_m2
    for axis in ("x_m", "y_m"):
        mean_m = sum(value for _, value in graph.nodes(data=axis)) / DEVICES
        assert abs(mean_m) < 4.5 * math.sqrt(mean_m2 / 2 / DEVICES)
