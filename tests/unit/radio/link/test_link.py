from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.radio.link import Link


def test_shannon_without_gap_is_the_capacity() -> None:
    link = Link.parse({"kind": "shannon", "gap_db": 0, "max_bps_per_hz": 100})
    assert link.efficiency(np.array([0.0, 1.0, 3.0, 1023.0])) == pytest.approx([0.0, 1.0, 2.0, 10.0])


def test_a_gap_shifts_the_curve_by_as_many_db() -> None:
    capacity = Link.parse({"kind": "shannon", "gap_db": 0}).efficiency(np.array([1.0, 10.0]))
    shifted = Link.parse({"kind": "shannon", "gap_db": 3}).efficiency(np.array([1.0, 10.0]) * 10**0.3)
    assert shifted == pytest.approx(capacity)


def test_tiny_snr_keeps_its_digits() -> None:
    link = Link.parse({"kind": "shannon", "gap_db": 0})
    assert link.efficiency(np.array([1e-17])) == pytest.approx([1e-17 / np.log(2.0)], rel=1e-12)


def test_cap_and_floor() -> None:
    link = Link.parse({"kind": "shannon", "gap_db": 0, "max_bps_per_hz": 4, "min_bps_per_hz": 1})
    efficiency = link.efficiency(np.array([0.99, 1.0, 14.9, 15.0, 1e9]))
    assert efficiency == pytest.approx([0.0, 1.0, np.log2(15.9), 4.0, 4.0])
    assert link.at_cap(efficiency).tolist() == [False, False, False, True, True]


def test_a_floor_above_the_cap_is_refused() -> None:
    with pytest.raises(ValidationError, match="min_bps_per_hz 8 exceeds max_bps_per_hz 7.4"):
        Link.parse({"kind": "shannon", "min_bps_per_hz": 8})


def test_ideal_is_infinitely_fast_and_never_at_a_cap() -> None:
    efficiency = Link.parse("ideal").efficiency(np.array([[0.0, 1e-9]]))
    assert np.isinf(efficiency).all() and efficiency.shape == (1, 2)
    assert not Link.parse("ideal").at_cap(efficiency).any()


@pytest.mark.parametrize("kind", sorted(Link.kinds))
@pytest.mark.parametrize("field", [{"residual_loss": 1.0}, {"csi_age_s": -0.1}, {"margin_db": -1.0}])
def test_impossible_common_fields_are_refused(kind: str, field: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Link.parse({"kind": kind, **field})


def test_no_link_may_claim_a_negative_gap() -> None:
    with pytest.raises(ValidationError):
        Link.parse({"kind": "shannon", "gap_db": -0.1})
