"""Robust rules by hand: three or more uploads, one of them false."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wfsim.aggregate import Aggregator
from wfsim.messages import Adapter, AdapterShapes, Arrival, TensorShape, Update

SHAPES = AdapterShapes(rank=1, pairs=(), dense=(TensorShape("h", (2,)),))
FALSE = [-90.0, 70.0]


def move(kind: dict[str, Any], deltas: list[list[float]], lost: set[tuple[int, int]] = frozenset()) -> np.ndarray:
    """What the adapter moves by from 0; the weights are 1, 2, 3, ..."""
    arrivals = []
    for number, delta in enumerate(deltas):
        mask = np.array([(number, entry) not in lost for entry in range(2)])
        values = Adapter.from_vector(SHAPES, np.array(delta, np.float32) * mask.astype(np.float32))
        update = Update(pairs=values.pairs, dense=values.dense, weight=number + 1.0, base_version=0)
        arrivals.append(Arrival(members=(f"d{number}",), update=update, mask=mask, staleness=0))
    zero = Adapter.from_vector(SHAPES, np.zeros(2, np.float32))
    return Aggregator.parse(kind).aggregate(zero, arrivals, SHAPES).vector()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ({"kind": "median"}, [0.25, 0.35]),  # of -90, 0.2, 0.3, 0.4 and 0.1, 0.2, 0.5, 70
        ({"kind": "trimmed_mean", "trim": 0.25}, [0.25, 0.35]),
        ({"kind": "trimmed_mean", "trim": 0.2}, [-89.1 / 4, 70.8 / 4]),  # floor(0.8) is nobody
        ({"kind": "krum"}, [0.3, 0.2]),  # squared distances: d0-d1 0.02, d0-d2 0.13, d1-d2 0.17; ties by name: d0
        ({"kind": "krum", "keep": 2}, [0.25, 0.15]),
        ({"kind": "krum", "keep": 9}, [-89.1 / 4, 70.8 / 4]),
    ],
)
def test_four_uploads_one_of_them_false(kind: dict[str, Any], expected: list[float]) -> None:
    deltas = [[0.3, 0.2], [0.2, 0.1], [0.4, 0.5], FALSE]
    np.testing.assert_allclose(move(kind, deltas), expected, rtol=1e-6)


def test_lost_entries_have_no_say() -> None:
    """The median of the two that came of the first entry; trimming counts those that came."""
    deltas, lost = [[0.3, 0.2], [0.2, 0.1], [0.4, 0.5], FALSE], {(0, 0), (3, 0)}
    np.testing.assert_allclose(move({"kind": "median"}, deltas, lost), [0.3, 0.35], rtol=1e-6)
    trimmed = move({"kind": "trimmed_mean", "trim": 0.25}, deltas, lost)
    np.testing.assert_allclose(trimmed, [0.3, 0.35], rtol=1e-6)
    nothing = {(number, 0) for number in range(4)}
    for kind in ("median", "trimmed_mean"):
        assert move({"kind": kind}, deltas, nothing)[0] == 0.0


def test_a_long_move_is_shortened_before_the_mean() -> None:
    """|(3, 4)| = 5 to 1: (0.6, 0.8); |(0.3, 0.4)| = 0.5 stays. Weights 1 and 2."""
    expected = [(0.6 + 2 * 0.3) / 3, (0.8 + 2 * 0.4) / 3]
    clipped = move({"kind": "fedit", "clip_norm": 1.0}, [[3.0, 4.0], [0.3, 0.4]])
    np.testing.assert_allclose(clipped, expected, rtol=1e-6)
    unclipped = move({"kind": "fedit"}, [[3.0, 4.0], [0.3, 0.4]])
    np.testing.assert_allclose(unclipped, [1.2, 1.6], rtol=1e-6)


def test_fewer_uploads_than_krum_needs() -> None:
    """One is taken as it is; of two, which are as near to each other, the first by name."""
    assert move({"kind": "krum"}, [[0.3, 0.2]]).tolist() == pytest.approx([0.3, 0.2])
    assert move({"kind": "krum"}, [[0.3, 0.2], FALSE]).tolist() == pytest.approx([0.3, 0.2])


def test_krum_never_takes_what_was_lost() -> None:
    """Two lost uploads lie at distance 0 from each other; of the two that came the first by name is taken."""
    lost = {(number, entry) for number in (2, 3) for entry in (0, 1)}
    moved = move({"kind": "krum"}, [[0.3, 0.2], [0.2, 0.1], [9.0, 9.0], [9.0, 9.0]], lost)
    assert moved.tolist() == pytest.approx([0.3, 0.2])


def test_krum_scales_distances_over_common_entries() -> None:
    """Over the second entry alone d1 is 0.1 from d0: 2 x 0.01. d2 is 0.13 from d0, so d0 and d1 are nearest."""
    moved = move({"kind": "krum", "keep": 2}, [[0.3, 0.2], [0.9, 0.1], [0.4, 0.5], FALSE], {(1, 0)})
    assert moved.tolist() == pytest.approx([0.3, 0.15])
