"""The way of a payload through the fixed network."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from wfsim.errors import RunError
from wfsim.wired import Hop
from wfsim.wired.elements import Elements
from wfsim.wired.names import link_name

if TYPE_CHECKING:
    import networkx

Way = tuple[str, ...]

_CACHED_WAYS = 4_096


class Router:
    """Ways of least expected time: the sum over hops of bits / rate / (1 - loss) + delay, queues not counted.

    Dijkstra 1959 (networkx), over links that are up with both their ends. Of equal ways one is chosen by names alone:
    the graph is read in their order.
    """

    def __init__(self, graph: networkx.Graph, elements: Elements) -> None:
        self._graph, self._elements = _in_order_of_name(graph), elements
        self._means = {_key(a, b): _means(hop) for a, b, hop in graph.edges(data="hop")}
        self._nominal = lru_cache(_CACHED_WAYS)(self._search)
        self._open = lru_cache(_CACHED_WAYS)(self._search)
        self._down: frozenset[str] = frozenset()
        self._holds_until_s = 0.0

    def nominal(self, source: str, target: str, bits: float) -> Way:
        """The way if everything were up. Raises RunError where there is none."""
        way = self._nominal(source, target, bits, frozenset())
        if way is None:
            raise RunError(f"the fixed network has no way from {source} to {target}")
        return way

    def open(self, source: str, target: str, bits: float, now_s: float) -> Way | None:
        """The way over what is up now, None if there is none."""
        self._look(now_s)
        return self._open(source, target, bits, self._down) if self._down else self.nominal(source, target, bits)

    def _look(self, now_s: float) -> None:
        if now_s >= self._holds_until_s:
            self._down = frozenset(name for name in self._elements.fallible if self._elements.is_down(name, now_s))
            self._holds_until_s = self._elements.next_change_s(now_s)

    def _search(self, source: str, target: str, bits: float, down: frozenset[str]) -> Way | None:
        import networkx

        def expected_s(a: str, b: str, edge: object) -> float | None:
            link_s_per_bit, delay_s = self._means[_key(a, b)]
            return None if down & {a, b, link_name(a, b)} else bits * link_s_per_bit + delay_s

        try:
            return tuple(networkx.dijkstra_path(self._graph, source, target, weight=expected_s))
        except networkx.NetworkXNoPath:
            return None


def _key(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _means(hop: Hop) -> tuple[float, float]:
    """Expected seconds per bit, repetitions included, and delay."""
    return 1.0 / (hop.expected_bps() * (1.0 - hop.loss)), hop.expected_delay_s()


def _in_order_of_name(graph: networkx.Graph) -> networkx.Graph:
    import networkx

    ordered = networkx.Graph()
    ordered.add_nodes_from(sorted(graph))
    ordered.add_edges_from(sorted(_key(a, b) for a, b in graph.edges))
    return ordered
