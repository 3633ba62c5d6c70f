from __future__ import annotations

import pytest

from wfsim.control.weights import BandWeights
from wfsim.messages import Request

pytestmark = pytest.mark.parametrize("kind", sorted(BandWeights.kinds))
_SNR_DB = {"a": -3.0, "b": 12.0, "c": 30.0, "d": 12.0}


def _shares(kind: str, cohort: list[str]) -> dict[str, float]:
    weights = BandWeights.parse(kind)
    return {name: weights.share(Request(device=name, round=1, snr_db=_SNR_DB[name]), cohort) for name in cohort}


@pytest.mark.parametrize("cohort", [["a"], ["a", "b"], ["a", "b", "c", "d"]])
def test_a_cohort_gets_no_more_than_the_band(kind: str, cohort: list[str]) -> None:
    shares = _shares(kind, cohort)
    assert all(0.0 < share <= 1.0 for share in shares.values())
    assert sum(shares.values()) <= 1.0 + 1e-12


def test_the_order_of_the_cohort_does_not_matter(kind: str) -> None:
    assert _shares(kind, ["a", "b", "c"]) == _shares(kind, ["c", "a", "b"])
