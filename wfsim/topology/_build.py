"""What the generated networks are built from: stations, devices scattered around them, links between fixed nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.outages import Outages
from wfsim.outages.none import NoOutages
from wfsim.rng import Streams

if TYPE_CHECKING:
    import networkx

Array = NDArray[np.float64]
Point = tuple[float, float]

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"  # of sites and nodes: fits a link's name and a transfer's
CLOUD = "cloud"
_NO_OUTAGES = NoOutages()


def numbered(place: str, count: int) -> list[str]:
    """Names of the devices of a place: `plant-a-d001`, ..."""
    return [f"{place}-d{number:03d}" for number in range(1, count + 1)]


def check_annulus(min_distance_m: float, radius_m: float) -> None:
    """Raise ValueError unless there is room between the two radii."""
    if min_distance_m >= radius_m:
        raise ValueError(f"min_distance_m {min_distance_m:g} must be less than radius_m {radius_m:g}")


def scattered(streams: Streams, place: str, count: int, min_distance_m: float, radius_m: float) -> Array:
    """Offsets [count, 2] in m, uniform over an annulus: r^2 ~ U(min^2, radius^2), bearing ~ U(0, 2 pi).

    One addressed vector per place, two numbers per device in order: devices added at the end move nobody.
    """
    area_share, turn = streams.uniforms(2 * count, "topology", place).reshape(count, 2).T
    distance_m = np.sqrt(min_distance_m**2 + area_share * (radius_m**2 - min_distance_m**2))
    bearing_rad = 2.0 * np.pi * turn
    return np.stack([distance_m * np.cos(bearing_rad), distance_m * np.sin(bearing_rad)], axis=1)


def add_fixed(
    graph: networkx.Graph,
    name: str,
    role: str,
    at_m: Point,
    *,
    radio: str | None = None,
    outages: Outages = _NO_OUTAGES,
) -> None:
    """One node that is no device."""
    graph.add_node(name, role=role, x_m=at_m[0], y_m=at_m[1], radio=radio, outages=outages)


def add_devices(graph: networkx.Graph, station: str, names: Sequence[str], offsets_m: Array) -> None:
    """Devices at places [devices, 2] seen from a station that the graph has, and their edges to it.

    Distances follow from these places, so that they do not depend, by rounding, on where the station stands.
    """
    node = graph.nodes[station]
    at_m, distance_m = np.array([node["x_m"], node["y_m"]]) + offsets_m, np.hypot(*offsets_m.T).tolist()
    graph.add_nodes_from(
        (name, {"role": "device", "x_m": x_m, "y_m": y_m})
        for name, (x_m, y_m) in zip(names, at_m.tolist(), strict=True)
    )
    graph.add_edges_from((name, station, {"distance_m": far_m}) for name, far_m in zip(names, distance_m, strict=True))
