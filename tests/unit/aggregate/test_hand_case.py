"""Two devices, one lost packet each, every entry worked out on paper.

Adapter: one pair of rank 1 on a 1 x 2 matrix (A = [a1 a2], B = [b1]) and a head of two entries. With fragments of one
entry each, device p (weight 3) loses a2 and h2, device q (weight 1) loses b1 and h2:

              a1    a2    b1    h1    h2
  current    1.0   2.0   3.0   4.0   5.0
  delta p    0.4  (0.8)  0.2   0.4  (9.0)     (..) lost on the way
  delta q    0.8   0.4  (0.6)  0.8  (9.0)

  renormalise: a1 (3*0.4 + 1*0.8)/4 = 0.5; a2 0.4 (q alone); b1 0.2 (p alone); h1 0.5; h2 0 (nobody)
  no_change:   a1 0.5; a2 1*0.4/4 = 0.1; b1 3*0.2/4 = 0.15; h1 0.5; h2 0
  zero_fill:   a1 0.5; a2 becomes (3*0 + 1*2.4)/4 = 0.6; b1 becomes (3*3.2 + 1*0)/4 = 2.4; h1 0.5; h2 becomes 0
  last_known:  as no_change while nothing is known of the devices
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from wfsim.aggregate import Aggregator
from wfsim.compress import Source
from wfsim.compress.dense import Dense
from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape, Update

SHAPES = AdapterShapes(rank=1, pairs=(PairShape("m", 1, 2),), dense=(TensorShape("h", (2,)),))
ONE_ENTRY_BYTES = 4 + 10 + 4  # fragment header, one run, one float32
CURRENT = np.array([1.0, 2.0, 3.0, 4.0, 5.0], np.float32)
EXPECTED = {"renormalise": [1.5, 2.4, 3.2, 4.5, 5.0], "no_change": [1.5, 2.1, 3.15, 4.5, 5.0]}
FILLED = {"zero_fill": [1.5, 0.6, 2.4, 4.5, 0.0], "last_known": [1.5, 2.1, 3.15, 4.5, 5.0]}


def arrival(name: str, delta: list[float], weight: float, lost: set[int]) -> Arrival:
    """Encode a delta into one packet per entry, drop some, decode the rest: what the server sees."""
    values = Adapter.from_vector(SHAPES, np.array(delta, np.float32))
    source = Source(start=Adapter.from_vector(SHAPES, CURRENT), generator=np.random.default_rng(1))
    fragments = Dense().encode(values, SHAPES, ONE_ENTRY_BYTES, source).fragments
    assert len(fragments) == SHAPES.entries
    vector, mask = Dense().decode([f for i, f in enumerate(fragments) if i not in lost], SHAPES)
    kept = Adapter.from_vector(SHAPES, vector)
    return Arrival(
        members=(name,),
        mask=mask,
        staleness=0,
        update=Update(pairs=kept.pairs, dense=kept.dense, weight=weight, base_version=0),
    )


@pytest.mark.parametrize("rule", [*EXPECTED, *FILLED])
def test_each_rule_gives_the_value_worked_on_paper(rule: str) -> None:
    arrivals = [
        arrival("p", [0.4, 0.8, 0.2, 0.4, 9.0], 3.0, {1, 4}),
        arrival("q", [0.8, 0.4, 0.6, 0.8, 9.0], 1.0, {2, 4}),
    ]
    aggregator = Aggregator.parse({"kind": "fedit", "missing": rule})
    result = aggregator.aggregate(Adapter.from_vector(SHAPES, CURRENT), arrivals, SHAPES)
    expected = np.array((EXPECTED | FILLED)[rule], np.float32)
    np.testing.assert_allclose(result.vector(), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("rule", EXPECTED)
def test_a_wholly_lost_upload(rule: str) -> None:
    """q loses everything: renormalise follows p alone; no_change keeps q in the denominator (3/4 of p's delta)."""
    arrivals = [arrival("p", [0.4] * 5, 3.0, set()), arrival("q", [0.8] * 5, 1.0, set(range(5)))]
    aggregator = Aggregator.parse({"kind": "fedit", "missing": rule})
    result = aggregator.aggregate(Adapter.from_vector(SHAPES, CURRENT), arrivals, SHAPES)
    moved = 0.4 if rule == "renormalise" else 0.3
    np.testing.assert_allclose(result.vector(), CURRENT + moved, rtol=0, atol=1e-6)


def test_what_a_device_delivered_last_stands_in() -> None:
    """q delivers a2 = 2.0 + 0.4 in round 1 and loses it in round 2, where p moves it by 0.8 from 3.0:
    (3 (3.0 + 0.8) + 1 * 2.4) / 4 = 3.45. q's head h2 was never delivered: 5.0 stands in, (3 * 6.0 + 1 * 5.0) / 4."""
    aggregator = Aggregator.parse({"kind": "fedit", "missing": "last_known"})
    first = [arrival("p", [0.4, 0.8, 0.2, 0.4, 9.0], 3.0, {1, 4}), arrival("q", [0.8, 0.4, 0.6, 0.8, 9.0], 1.0, {2, 4})]
    begun = [replace(each, start=CURRENT) for each in first]
    state = aggregator.advance(Adapter.from_vector(SHAPES, CURRENT), begun, SHAPES, aggregator.begin(SHAPES)).state
    now = np.array([1.0, 3.0, 3.0, 4.0, 5.0], np.float32)
    second = [arrival("p", [0.0, 0.8, 0.0, 0.0, 1.0], 3.0, set()), arrival("q", [0.0, 9.0, 0.0, 0.0, 9.0], 1.0, {1, 4})]
    begun = [replace(each, start=now) for each in second]
    made = aggregator.advance(Adapter.from_vector(SHAPES, now), begun, SHAPES, state)
    np.testing.assert_allclose(made.adapter.vector(), [1.0, 3.45, 3.0, 4.0, 5.75], rtol=0, atol=1e-6)


def test_a_wholly_lost_upload_under_rules_that_fill() -> None:
    """q loses everything: zero_fill gives (3 (x + 0.4) + 0) / 4; last_known keeps q in the denominator."""
    arrivals = [arrival("p", [0.4] * 5, 3.0, set()), arrival("q", [0.8] * 5, 1.0, set(range(5)))]
    for rule, expected in [("zero_fill", 0.75 * (CURRENT + 0.4)), ("last_known", CURRENT + 0.3)]:
        aggregator = Aggregator.parse({"kind": "fedit", "missing": rule})
        result = aggregator.aggregate(Adapter.from_vector(SHAPES, CURRENT), arrivals, SHAPES)
        np.testing.assert_allclose(result.vector(), expected, rtol=0, atol=1e-6)
