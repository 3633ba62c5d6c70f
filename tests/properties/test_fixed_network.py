"""Whatever graph, traffic, outages and policy: bits are accounted for on every hop, queues bounded, times in order."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import networkx
import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from wfsim.outages import Outages
from wfsim.rng import Streams
from wfsim.trace import Journal
from wfsim.wired import Hop
from wfsim.wired.bundle import HopTransport
from wfsim.wired.network import FixedNetwork

_SETTINGS = settings(derandomize=True, max_examples=60, deadline=None)
_ROOM_BYTES = 150.0
_END_S = 60.0

_TRANSPORTS = st.sampled_from(
    [
        HopTransport(repeats=False),
        HopTransport(repeats=True, keeps_partial=False),
        HopTransport(repeats=True, max_attempts=2),
    ]
)
_OUTAGES = st.sampled_from(
    [
        {"kind": "none"},
        {"kind": "none"},
        {"kind": "none"},
        {"kind": "random", "mtbf_s": 2.0, "mttr_s": 1.0},
        {"kind": "scheduled", "windows": [[0.5, 1.5], [2.0, 5.0]]},
    ]
)
_HOPS = st.builds(
    lambda kind, **shared: {**kind, **shared},
    kind=st.sampled_from(
        [
            {"kind": "wire", "rate_bps": 1000.0, "delay_s": 0.3},
            {"kind": "wire", "rate_bps": 4000.0},
            {"kind": "leo", "rate_bps": 2000.0, "handover_s": 30.0},
            {"kind": "relay", "band_hz": 500.0, "snr_db": 10.0, "fading": "rayleigh", "distance_m": 300.0},
        ]
    ),
    loss=st.sampled_from([0.0, 0.3]),
    queue_bytes=st.sampled_from([None, _ROOM_BYTES]),
    outages=_OUTAGES,
)
_PAYLOADS = st.builds(
    dict,
    ends=st.permutations(range(4)),
    reached=st.sampled_from([1, 1, 2]),
    bits=st.lists(st.sampled_from([400, 900]), min_size=2, max_size=8),
    at_s=st.sampled_from([0.0, 0.25, 0.4, 2.0]),
    transport=_TRANSPORTS,
    cut_s=st.sampled_from([1.0, 3.3, _END_S, _END_S]),
)
_NETWORKS = st.builds(
    dict,
    parents=st.tuples(st.just(0), st.integers(0, 1), st.integers(0, 2)),
    chords=st.lists(st.sampled_from([(0, 2), (0, 3), (1, 3)]), max_size=2, unique=True),
    hops=st.lists(_HOPS, min_size=6, max_size=6),
    nodes=st.lists(_OUTAGES, min_size=4, max_size=4),
)


class _Played:
    """A network, what was carried through it, and its journal."""

    def __init__(self, network: dict[str, Any], payloads: list[dict[str, Any]]) -> None:
        self.env, self.lines, self.graph = simpy.Environment(), [], _graph(network)
        self.results: dict[int, dict[str, Any]] = {}
        outages = {str(node): Outages.parse(part) for node, part in enumerate(network["nodes"])}
        self.fixed = FixedNetwork(
            self.env,
            graph=self.graph,
            outages=outages,
            streams=Streams(3),
            journal=Journal([self.lines.append]),
            start_s=0.0,
        )
        self.fixed.watch()
        for number, payload in enumerate(payloads):
            self.env.process(self._carry(number, payload))
        self.env.run(until=_END_S + 10.0)

    def _carry(self, number: int, payload: dict[str, Any]) -> Any:
        yield self.env.timeout(payload["at_s"])
        source, *others = map(str, payload["ends"])
        bits, targets = np.array(payload["bits"], dtype=float), others[: payload["reached"]]
        present = np.ones(len(bits), dtype=bool)
        events = self.fixed.spread(f"p{number}", "update", source, targets, bits, present, payload["transport"])
        yield simpy.AllOf(self.env, events.values()) | self.env.timeout(max(payload["cut_s"] - self.env.now, 0.0))
        if not all(event.triggered for event in events.values()):
            self.fixed.cut(f"p{number}", "end")
        self.results[number] = {target: event.value for target, event in events.items()}

    def hops(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == "hop_ended"]


def _graph(network: dict[str, Any]) -> networkx.Graph:
    graph, hops = networkx.Graph(), iter(network["hops"])
    for pair in [*zip(network["parents"], (1, 2, 3), strict=True), *network["chords"]]:
        graph.add_edge(*map(str, pair), hop=Hop.parse(next(hops)))
    return graph


@_SETTINGS
@given(network=_NETWORKS, payloads=st.lists(_PAYLOADS, min_size=3, max_size=7))
def test_every_hop_accounts_for_its_bits(network: dict[str, Any], payloads: list[dict[str, Any]]) -> None:
    played = _Played(network, payloads)
    assert [line["t_s"] for line in played.lines] == sorted(line["t_s"] for line in played.lines)
    assert len(played.results) == len(payloads) and played.fixed.idle_reason() is None
    for hop in played.hops():
        parts = [hop[f"{part}_bits"] for part in ("delivered", "lost", "dropped", "pending")]
        assert hop["offered_bits"] == sum(parts) > 0.0 and min(parts) >= 0.0
        assert hop["cause"] is not None or hop["pending_bits"] == 0.0
        _holds_its_limits(played, hop)
    _one_after_the_other(played.hops())
    _results_are_what_the_last_hops_delivered(played, payloads)


def _holds_its_limits(played: _Played, hop: dict[str, Any]) -> None:
    """Room in the queue, and what a constant rate carries in the time of service."""
    part = played.graph.edges[hop["link"].split(">")]["hop"]
    room_bits = float("inf") if part.queue_bytes is None else 8.0 * part.queue_bytes
    assert 0.0 <= hop["found_bits"] <= room_bits and hop["sent_bits"] >= hop["delivered_bits"] - 1e-6
    assert hop["dropped_bits"] == 0.0 or hop["offered_bits"] - hop["dropped_bits"] <= room_bits - hop["found_bits"]
    assert hop["waited_s"] >= 0.0 and hop["service_s"] >= 0.0
    assert hop["start_s"] + hop["waited_s"] + hop["service_s"] <= hop["t_s"] + 1e-9
    if part.kind == "wire":
        assert hop["sent_bits"] <= part.rate_bps * hop["service_s"] + 1e-6


def _one_after_the_other(hops: list[dict[str, Any]]) -> None:
    """Services on a link do not overlap and are in order of offering."""
    services = defaultdict(list)
    for hop in hops:
        if hop["service_s"] > 0.0:
            begun_s = hop["start_s"] + hop["waited_s"]
            services[hop["link"]].append((begun_s, begun_s + hop["service_s"], hop["start_s"]))
    for intervals in services.values():
        for before, after in pairwise(sorted(intervals)):
            assert before[1] <= after[0] + 1e-9 and before[2] <= after[2]


def _results_are_what_the_last_hops_delivered(played: _Played, payloads: list[dict[str, Any]]) -> None:
    for number, payload in enumerate(payloads):
        bits, repeats_for_ever = np.array(payload["bits"], dtype=float), not payload["transport"].keeps_partial
        for target, passage in played.results[number].items():
            arrived = float(bits[passage.arrived].sum())
            ended = [h for h in played.hops() if h["transfer"] == f"p{number}" and h["link"].endswith(f">{target}")]
            assert arrived in (0.0, *(hop["delivered_bits"] for hop in ended))
            if repeats_for_ever:
                assert arrived == bits.sum() or (passage.cause == "end" and arrived == 0.0)


@pytest.mark.parametrize("seed", [0, 1])
def test_names_of_nodes_do_not_matter(seed: int) -> None:
    """Without losses, a network whose nodes are renamed in order gives the same times."""
    times = []
    for letters in ("abcd", "klmn"):
        rates = np.random.default_rng(seed).uniform(1e3, 1e4, 4)
        graph, env = networkx.Graph(), simpy.Environment()
        for (i, j), rate_bps in zip([(0, 1), (1, 3), (0, 2), (2, 3)], rates.tolist(), strict=True):
            graph.add_edge(letters[i], letters[j], hop=Hop.parse({"kind": "wire", "rate_bps": rate_bps}))
        lines: list[dict[str, Any]] = []
        journal = Journal([lines.append])
        net = FixedNetwork(env, graph=graph, outages={}, streams=Streams(1), journal=journal, start_s=0.0)
        for number in range(4):
            present, transport = np.ones(3, dtype=bool), HopTransport(repeats=True)
            net.carry(f"p{number}", "update", letters[0], letters[3], np.full(3, 500.0), present, transport)
        env.run()
        times.append([line["t_s"] for line in lines])
    assert times[0] == times[1] and len(times[0]) == 8
