from __future__ import annotations

import math

import pytest

from wfsim.control.best_snr import BestSnr
from wfsim.messages import Candidate
from wfsim.rng import Streams

_KNOWN = [
    Candidate(device=device, mean_snr_db=mean_snr_db, snr_db=snr_db, upload_bits=1e5)
    for device, mean_snr_db, snr_db in [("a", 3.0, -math.inf), ("b", 12.0, 5.0), ("c", 3.0, 9.0), ("d", -4.0, 9.0)]
]


def _select(devices: int, knowledge: str) -> tuple[str, ...]:
    return BestSnr(devices=devices, knowledge=knowledge).select(Streams(1), 1, _KNOWN)


@pytest.mark.parametrize(("devices", "names"), [(1, "b"), (2, "ab"), (3, "abc"), (9, "abcd")])
def test_best_means_come_first_and_ties_go_by_name(devices: int, names: str) -> None:
    assert _select(devices, "mean") == tuple(names)


@pytest.mark.parametrize(("devices", "names"), [(1, "c"), (2, "cd"), (3, "bcd"), (4, "abcd")])
def test_best_channels_of_the_moment(devices: int, names: str) -> None:
    assert _select(devices, "instantaneous") == tuple(names)
