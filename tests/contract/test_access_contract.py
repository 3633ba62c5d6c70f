from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.access import Access

pytestmark = pytest.mark.parametrize("kind", sorted(Access.kinds))
_WEIGHTS = [[1.0], [0.2], [0.5, 0.5], [0.1, 0.2, 0.3], [1 / 7] * 7, [1.0, 1.0, 1.0], [1e-6, 0.999]]


@pytest.mark.parametrize("weights", _WEIGHTS)
def test_shares_are_positive_and_within_the_band(kind: str, weights: list[float]) -> None:
    access = Access.parse(kind)
    shares_hz = access.divide(1e6, np.array(weights))
    assert shares_hz.shape == (len(weights),) and (shares_hz > 0.0).all()
    assert shares_hz.max() <= 1e6 * (1.0 + 1e-12)
    assert shares_hz.sum() <= access.total_hz(1e6, len(weights)) * (1.0 + 1e-12)


@pytest.mark.parametrize("weights", _WEIGHTS)
def test_the_order_of_transfers_does_not_matter(kind: str, weights: list[float]) -> None:
    access = Access.parse(kind)
    there, back = access.divide(1e6, np.array(weights)), access.divide(1e6, np.array(weights[::-1]))
    assert there == pytest.approx(back[::-1], rel=1e-12)


@pytest.mark.parametrize("weights", _WEIGHTS)
def test_a_departure_takes_band_from_nobody(kind: str, weights: list[float]) -> None:
    access = Access.parse(kind)
    with_it, without = access.divide(1e6, np.array(weights)), access.divide(1e6, np.array(weights[:-1]))
    assert (without >= with_it[:-1] * (1.0 - 1e-12)).all()


def test_shares_scale_with_the_band(kind: str) -> None:
    access, weights = Access.parse(kind), np.array([0.2, 0.3])
    assert access.divide(3e6, weights) == pytest.approx(3.0 * access.divide(1e6, weights))
