from __future__ import annotations

from collections.abc import Callable

import pytest

from wfsim.control.proportional_fair import ProportionalFair
from wfsim.messages import Candidate
from wfsim.rng import Streams


@pytest.mark.parametrize(("devices", "names"), [(1, "c"), (2, "bc"), (3, "abc")])
def test_the_best_moments_count_not_the_best_places(known: Callable[..., Candidate], devices: int, names: str) -> None:
    """a is 2 dB above its mean, b 5 dB and c 6 dB, though c is by far the worst placed."""
    there = [
        known("a", mean_snr_db=30.0, snr_db=32.0),
        known("b", mean_snr_db=10.0, snr_db=15.0),
        known("c", mean_snr_db=-9.0, snr_db=-3.0),
        known("d", mean_snr_db=30.0, snr_db=float("-inf")),
    ]
    assert ProportionalFair(devices=devices).select(Streams(1), 1, there) == tuple(names)
