"""Waits of single packets at a hop against the formulas of queues, through the real line.

Poisson arrivals; standard errors from the means of batches much longer than the correlation of waits.
"""

from __future__ import annotations

import math
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import simpy
from numpy.typing import NDArray

from wfsim.outages.none import AlwaysUp
from wfsim.rng import Streams
from wfsim.trace import HopEnded
from wfsim.wired import Hop
from wfsim.wired.bundle import Bundle, HopTransport
from wfsim.wired.line import Line

_PACKETS, _BATCHES = 10_000, 32
_BITS = 1000.0


@cache
def waits_s(rate_per_s: float, service_s: float, loss: float) -> NDArray[np.float64]:
    """How long each packet waited before its service, in order of arrival."""
    env, records = simpy.Environment(), []
    hop = Hop.parse({"kind": "wire", "rate_bps": _BITS / service_s, "loss": loss})
    journal = SimpleNamespace(write=records.append)
    line = Line(env, name="a>b", hop=hop, downtime=AlwaysUp(), streams=Streams(5), journal=journal, start_s=0.0)
    for number, at_s in enumerate(offers_s(rate_per_s)):
        env.timeout(float(at_s), number).callbacks.append(lambda event: line.offer(one_packet(env, event.value)))
    env.run()
    assert len(records) == _PACKETS and all(isinstance(record, HopEnded) for record in records)
    return np.array([record.waited_s for record in records])


def offers_s(rate_per_s: float) -> NDArray[np.float64]:
    """A Poisson process."""
    return np.cumsum(Streams(6).generator("offers").exponential(1.0 / rate_per_s, _PACKETS))


def flights(number: int, loss: float) -> int:
    """Transmissions of a packet, from the fates at their addresses."""
    count = 1
    while Streams(5).uniforms(1, "hop_fate", "a>b", f"p{number}", count)[0] < loss:
        count += 1
    return count


def one_packet(env: simpy.Environment, number: int) -> Bundle:
    return Bundle(
        name=f"p{number}",
        purpose="update",
        bits=np.array([_BITS]),
        total_bits=_BITS,
        present=np.ones(1, dtype=bool),
        transport=HopTransport(repeats=True),
        done=env.event(),
    )


def agrees(waits: NDArray[np.float64], expected_s: float) -> bool:
    """|mean - expected| < 4.5 standard errors of the means of 32 batches; the beginning from empty is left out."""
    means = waits[_PACKETS // 32 :][: (_PACKETS * 31 // 32) // _BATCHES * _BATCHES].reshape(_BATCHES, -1).mean(axis=1)
    return abs(means.mean() - expected_s) < 4.5 * means.std(ddof=1) / math.sqrt(_BATCHES)


@pytest.mark.parametrize(
    ("rate_per_s", "service_s", "expected_s"), [(0.5, 1.0, 0.5), (120.0, 0.005, 0.00375)], ids=["rho 0.5", "rho 0.6"]
)
def test_waits_of_equal_packets_are_those_of_m_d_1(rate_per_s: float, service_s: float, expected_s: float) -> None:
    """Wq = rho / (2 mu (1 - rho)); Kleinrock 1975, ch. 5."""
    assert agrees(waits_s(rate_per_s, service_s, 0.0), expected_s)


@pytest.mark.parametrize(
    ("rate_per_s", "service_s", "loss", "expected_s"),
    [(0.5, 1.0, 0.1, 0.763888888888889), (80.0, 0.005, 0.3, 0.006190476190476193)],
    ids=["loss 0.1", "loss 0.3"],
)
def test_waits_with_repetition_are_those_of_m_g_1(
    rate_per_s: float, service_s: float, loss: float, expected_s: float
) -> None:
    """Pollaczek-Khinchine, geometric number of transmissions: Wq = lambda D^2 (1 + p) / (2 (1 - p)^2 (1 - rho))."""
    assert agrees(waits_s(rate_per_s, service_s, loss), expected_s)


def test_every_wait_follows_from_the_one_before() -> None:
    """Lindley 1952: W' = max(0, W + S - A), S = transmissions x packet time, A = time between offers."""
    apart_s, waits, expected_s = np.diff(offers_s(80.0)), waits_s(80.0, 0.005, 0.3), [0.0]
    for number in range(3_000):
        expected_s.append(max(0.0, expected_s[-1] + 0.005 * flights(number, 0.3) - apart_s[number]))
    assert waits[:3_001] == pytest.approx(expected_s, abs=1e-9)
