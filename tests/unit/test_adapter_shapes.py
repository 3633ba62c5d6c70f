"""Which factors of an adapter fly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from wfsim.learning.masks import trained_entries
from wfsim.messages import AdapterShapes, PairShape, TensorShape

SHAPES = AdapterShapes(rank=2, pairs=(PairShape("m", 3, 4), PairShape("n", 5, 2)), dense=(TensorShape("h", (3,)),))


@pytest.mark.parametrize(
    ("factors", "sent"),
    [("both", (0, 1, 2, 3, 4)), ("b", (1, 3, 4)), ("a", (0, 2, 4)), ("alternate", (0, 1, 2, 3, 4))],
)
def test_tensors_that_fly(factors: str, sent: tuple[int, ...]) -> None:
    shapes = replace(SHAPES, factors=factors)
    assert shapes.sent == sent
    assert shapes.trained.sum() == sum(shapes.tensors[index].entries for index in sent)
    assert shapes.flying("b", "a") == {"both": ("b", "a"), "alternate": ("b", "a")}.get(factors, (factors,))


def test_alternating_begins_with_b_because_b_is_zero() -> None:
    shapes = replace(SHAPES, factors="alternate")
    assert [shapes.at(version).factors for version in range(4)] == ["b", "a", "b", "a"]
    assert (shapes.at(0).trained ^ shapes.at(1).trained)[:-3].all()
    assert shapes.at(0) is shapes.at(2)
    for other in ("both", "a", "b"):
        assert replace(SHAPES, factors=other).at(1).factors == other


def test_a_smaller_device_trains_its_ranks_of_the_half() -> None:
    half = replace(SHAPES, factors="alternate").at(1)
    mask = trained_entries(half, 1)
    a, b, *_ = half.split(mask)
    assert a[0].all() and not a[1].any() and not b.any()
    assert np.array_equal(half.of_rank(1).sent, half.sent) and half.of_rank(2) is half
