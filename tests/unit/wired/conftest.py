"""A hop, and a small fixed network, driven by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import networkx
import numpy as np
import pytest
import simpy

from wfsim.outages import Outages
from wfsim.outages.none import AlwaysUp
from wfsim.rng import Streams
from wfsim.trace import Journal
from wfsim.wired import Hop
from wfsim.wired.bundle import Bundle, HopTransport, Passage
from wfsim.wired.line import Line
from wfsim.wired.network import FixedNetwork

RELIABLE = HopTransport(repeats=True, keeps_partial=False)
UNRELIABLE = HopTransport(repeats=False)


class OneLine:
    """A hop of 1000 bit/s and 0.5 s, `a>b`, and bundles of four packets of 250 bits unless said otherwise."""

    def __init__(self, outages: list[list[float]] | None = None, **hop: Any) -> None:
        self.env, self.lines, self.results = simpy.Environment(), [], {}
        downtime = _windows(outages).realise(Streams(1), "a", 0.0) if outages else AlwaysUp()
        self.line = Line(
            self.env,
            name="a>b",
            hop=Hop.parse({"kind": "wire", "rate_bps": 1000.0, "delay_s": 0.5, **hop}),
            downtime=downtime,
            streams=Streams(1),
            journal=Journal([self.lines.append]),
            start_s=0.0,
        )

    def offer(self, name: str, transport: HopTransport, at_s: float = 0.0, packets: int = 4) -> Bundle:
        bundle = Bundle(
            name=name,
            purpose="update",
            bits=np.full(packets, 250.0),
            total_bits=250.0 * packets,
            present=np.ones(packets, dtype=bool),
            transport=transport,
            done=self.env.event(),
        )
        bundle.done.callbacks.append(lambda event: self.results.update({name: (self.env.now, event.value)}))
        self.at(at_s, lambda: self.line.offer(bundle))
        return bundle

    def at(self, t_s: float, action: Callable[[], Any]) -> None:
        self.env.timeout(t_s).callbacks.append(lambda _: action())

    def run(self) -> OneLine:
        self.env.run()
        return self

    def arrived(self, name: str) -> list[int]:
        return np.flatnonzero(self.results[name][1].arrived).tolist()

    def ended(self, name: str) -> dict[str, Any]:
        (line,) = (each for each in self.lines if each["transfer"] == name)
        return line


class Network:
    """A fixed network from {(a, b): fields of its wire}; every wire has 1000 bit/s and no delay unless it says so."""

    def __init__(self, links: Mapping[tuple[str, str], dict[str, Any]], nodes: Mapping[str, list[list[float]]]) -> None:
        graph, self.env, self.lines = networkx.Graph(), simpy.Environment(), []
        graph.add_nodes_from(nodes)
        for (a, b), fields in links.items():
            graph.add_edge(a, b, hop=Hop.parse({"kind": "wire", "rate_bps": 1000.0, **fields}))
        self.results: dict[str, tuple[float, Passage]] = {}
        self.fixed = FixedNetwork(
            self.env,
            graph=graph,
            outages={name: _windows(nodes.get(name)) for name in graph},
            streams=Streams(1),
            journal=Journal([self.lines.append]),
            start_s=0.0,
        )
        self.fixed.watch()

    def carry(self, name: str, way: str, transport: HopTransport, at_s: float = 0.0) -> None:
        """Four packets of 250 bits along `source>target`, or `source>target,target`."""
        source, targets = way.split(">")
        self.at(at_s, lambda: self._start(name, source, targets.split(","), transport))

    def _start(self, name: str, source: str, targets: list[str], transport: HopTransport) -> None:
        present = np.ones(4, dtype=bool)
        events = self.fixed.spread(name, "update", source, targets, np.full(4, 250.0), present, transport)
        for target, event in events.items():
            key = name if len(targets) == 1 else f"{name}@{target}"
            if event.processed:
                self.results[key] = (self.env.now, event.value)
            else:
                event.callbacks.append(lambda e, key=key: self.results.update({key: (self.env.now, e.value)}))

    def at(self, t_s: float, action: Callable[[], Any]) -> None:
        self.env.timeout(t_s).callbacks.append(lambda _: action())

    def run(self) -> Network:
        self.env.run()
        return self

    def arrival_s(self, name: str) -> float:
        return self.results[name][0]

    def arrived(self, name: str) -> list[int]:
        return np.flatnonzero(self.results[name][1].arrived).tolist()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == kind]


def _windows(windows: list[list[float]] | None) -> Outages:
    return Outages.parse({"kind": "scheduled", "windows": windows} if windows else "none")


@pytest.fixture
def make_line() -> type[OneLine]:
    return OneLine


@pytest.fixture
def make_network() -> Callable[..., Network]:
    """`make_network({("a", "b"): {...}}, {"a": [[1.0, 2.0]]})`: links, and windows in which nodes are down."""
    return lambda links, nodes=None: Network(links, nodes or {})


@pytest.fixture
def reliable() -> HopTransport:
    return RELIABLE


@pytest.fixture
def unreliable() -> HopTransport:
    return UNRELIABLE
