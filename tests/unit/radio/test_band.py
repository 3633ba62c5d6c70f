from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.access import Access
from wfsim.radio.band import Band

_WEIGHTS = np.array([0.25, 0.25])


class _Quarter:
    """Foreign traffic that takes a quarter until 7 s."""

    def share(self, t_s: float) -> float:
        return 0.25

    def holds_until_s(self, t_s: float) -> float:
        return 7.0


@pytest.mark.parametrize(
    ("access", "shares_hz", "background_hz", "total_hz"),
    [
        ({"kind": "fdma"}, 0.375e6, 0.25e6, 1e6),
        ({"kind": "fdma", "work_conserving": False}, 0.1875e6, 0.25e6, 1e6),
        ({"kind": "dedicated"}, 0.75e6, 0.5e6, 2e6),
    ],
)
def test_foreign_traffic_comes_first(access: dict, shares_hz: float, background_hz: float, total_hz: float) -> None:
    band = Band(band_hz=1e6, access=Access.parse(access), background=_Quarter())
    division = band.divide(0.0, _WEIGHTS)
    assert division.shares_hz.tolist() == [shares_hz, shares_hz]
    assert (division.background_hz, division.total_hz, division.until_s) == (background_hz, total_hz, 7.0)
