from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.masks import frozen_entries, trained_entries
from wfsim.messages import AdapterShapes, PairShape, TensorShape

PAIRS, DENSE = (PairShape("q", 3, 2), PairShape("v", 1, 4)), (TensorShape("head", (2,)),)


def shapes(factors: str = "both", rank: int = 2) -> AdapterShapes:
    return AdapterShapes(rank=rank, pairs=PAIRS, dense=DENSE, factors=factors)


def tensors(factors: str, rank: int | None) -> list[list]:
    """The mask as whole numbers, tensor by tensor."""
    mask = trained_entries(shapes(factors), rank)
    return [part.astype(int).tolist() for part in shapes().split(mask)]


def test_everything_is_no_mask() -> None:
    assert trained_entries(shapes()) is None and trained_entries(shapes(), 2) is None
    assert frozen_entries(shapes(), None) is None
    assert frozen_entries(shapes(), np.ones(shapes().entries, dtype=bool)) is None


def test_the_first_rank_is_the_first_row_of_a_and_column_of_b() -> None:
    expected = [[[1, 1], [0, 0]], [[1, 0], [1, 0], [1, 0]], [[1, 1, 1, 1], [0, 0, 0, 0]], [[1, 0]], [1, 1]]
    assert tensors("both", 1) == expected


def test_frozen_a_stays_out_at_every_rank() -> None:
    assert tensors("b", 1) == [[[0, 0], [0, 0]], [[1, 0], [1, 0], [1, 0]], [[0] * 4, [0] * 4], [[1, 0]], [1, 1]]
    assert np.array_equal(trained_entries(shapes("b")), shapes("b").trained)
    assert np.array_equal(frozen_entries(shapes("b"), None), ~shapes("b").trained)


def test_a_mask_that_is_given_counts() -> None:
    mask = trained_entries(shapes(), 1)
    assert np.array_equal(frozen_entries(shapes(), mask), ~mask)


@pytest.mark.parametrize("rank", [0, 3, -1])
def test_a_rank_that_there_is_not_is_refused(rank) -> None:
    with pytest.raises(ValueError, match=rf"active rank {rank} is not within 1 to 2"):
        trained_entries(shapes(), rank)
