"""A network from a GraphML file, as networkx, yEd and Gephi write it."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from wfsim.errors import ScenarioError
from wfsim.local_path import LocalFile, opened
from wfsim.rng import Streams
from wfsim.topology import Topology
from wfsim.topology.graph import Graph

if TYPE_CHECKING:
    import networkx

_NODE, _LINK = ("role", "x_m", "y_m", "station", "radio"), ("rate_bps", "delay_s", "loss", "queue_bytes")


class GraphMl(Topology, kind="graphml"):
    """A network drawn elsewhere. Nodes carry `role` (as in `graph`), `x_m`, `y_m`, and may carry `station`, `radio`;
    links between fixed nodes may carry `rate_bps`, `delay_s`, `loss`, `queue_bytes` of a wire. A link from a device to
    a station says which one it uses. Other attributes are ignored. The run id holds the file's content."""

    path: LocalFile = Field(description="GraphML file", examples=["./network.graphml"])

    def device_names(self) -> tuple[str, ...]:
        return self._network().device_names()

    def graph(self, streams: Streams) -> networkx.Graph:
        return self._network().graph(streams)

    def _network(self) -> Graph:
        file = opened(self.path)
        try:
            return _parsed(file.read_bytes(), str(file))
        except OSError as error:
            raise ScenarioError(f"cannot be read: {error.strerror}", file=str(file)) from None


@functools.lru_cache(maxsize=4)
def _parsed(content: bytes, file: str) -> Graph:
    try:
        graph = _as_graph(_read(content, file))
    except ValueError as error:  # of a number, or of a device with two links
        raise ScenarioError(str(error), file=file) from None
    try:
        return Graph.model_validate(graph)
    except ValidationError as error:
        raise ScenarioError(_told(error.errors(include_url=False)[0], graph), file=file) from None


def _read(content: bytes, file: str) -> networkx.Graph:
    from xml.etree.ElementTree import ParseError

    import networkx

    try:
        read = networkx.read_graphml(io.BytesIO(content))
    except (ParseError, networkx.NetworkXError, ValueError, KeyError) as error:
        raise ScenarioError(f"is not a GraphML file: {' '.join(str(error).split())}", file=file) from None
    if read.is_multigraph():
        raise ScenarioError("joins two nodes more than once; a network has one link between two nodes", file=file)
    return networkx.Graph(read)


def _as_graph(read: networkx.Graph) -> dict[str, Any]:
    devices = {name for name, role in read.nodes(data="role") if role == "device"}
    used = {device: _station_of(read, device) for device in devices}
    return {
        "nodes": [_node(name, values, used.get(name)) for name, values in read.nodes(data=True)],
        "links": [
            {"between": [one, other], "hop": {"kind": "wire", **_numbers(values, _LINK)}}
            for one, other, values in read.edges(data=True)
            if not {one, other} & devices
        ],
    }


def _station_of(read: networkx.Graph, device: str) -> str | None:
    if len(read[device]) > 1:
        raise ValueError(f"device {device} is linked to {', '.join(sorted(read[device]))}; it uses one station")
    return next(iter(read[device]), None)


def _node(name: str, values: Mapping[str, Any], station: str | None) -> dict[str, Any]:
    node = {key: values[key] for key in _NODE if key in values and key not in ("x_m", "y_m")}
    if "x_m" in values and "y_m" in values:
        node["at_m"] = [float(values["x_m"]), float(values["y_m"])]
    return {"name": name, **({"station": station} if station is not None else {}), **node}


def _numbers(values: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, float]:
    return {key: float(values[key]) for key in keys if key in values}


def _told(error: Mapping[str, Any], graph: Mapping[str, Any]) -> str:
    """What pydantic found, with the node or link that it blames."""
    message = str(error["msg"]).removeprefix("Value error, ")
    if len(error["loc"]) > 1:
        place, number, *keys = error["loc"]
        blamed = graph[place][number]
        name = f"node {blamed['name']}" if place == "nodes" else f"link {' - '.join(blamed['between'])}"
        message = f"{name}: {'.'.join(map(str, keys))} {message}"
    return " ".join(message.split())
