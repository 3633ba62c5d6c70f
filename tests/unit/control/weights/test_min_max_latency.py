from __future__ import annotations

import math
from unittest.mock import patch

import pytest

from wfsim.control.weights import min_max_latency
from wfsim.control.weights.min_max_latency import MinMaxLatency
from wfsim.messages import Candidate, Request


def _candidate(device: str, mean_snr_db: float, snr_db: float, upload_bits: float = 1e5) -> Candidate:
    return Candidate(device=device, mean_snr_db=mean_snr_db, snr_db=snr_db, upload_bits=upload_bits)


def _shares(weights: MinMaxLatency, cohort: list[Candidate]) -> list[float]:
    return [weights.share(Request(device=each.device, round=1, snr_db=0.0), cohort) for each in cohort]


def test_equal_devices_share_equally_and_twice_the_load_at_twice_the_power_takes_twice() -> None:
    assert _shares(MinMaxLatency(), [_candidate("a", 9.0, 0.0), _candidate("b", 9.0, 5.0)]) == pytest.approx([0.5, 0.5])
    double_db = 10.0 * math.log10(2.0)
    cohort = [_candidate("a", 9.0, 0.0), _candidate("b", 9.0 + double_db, 0.0, 2e5)]
    assert _shares(MinMaxLatency(), cohort) == pytest.approx([1 / 3, 2 / 3])


def test_knowledge_says_which_snr_counts() -> None:
    cohort = [_candidate("a", 20.0, 0.0), _candidate("b", 0.0, 20.0)]
    a, b = _shares(MinMaxLatency(), cohort)
    assert a < 0.4 and _shares(MinMaxLatency(knowledge="instantaneous"), cohort) == [b, a]


@pytest.mark.parametrize("snr_db", [-math.inf, -200.0, 200.0])
def test_extreme_channels_leave_everybody_a_share(snr_db: float) -> None:
    cohort = [_candidate("a", 10.0, snr_db), _candidate("b", 10.0, 10.0), _candidate("c", 10.0, snr_db)]
    shares = _shares(MinMaxLatency(knowledge="instantaneous"), cohort)
    assert all(0.0 < share < 1.0 for share in shares) and 0.999 < sum(shares) <= 1.0 + 1e-12


def test_a_cohort_is_solved_once() -> None:
    cohort = [_candidate(f"d{number}", 7.25 + number, 0.0) for number in range(5)]
    with patch.object(min_max_latency, "min_max_bands_hz", wraps=min_max_latency.min_max_bands_hz) as solve:
        first = _shares(MinMaxLatency(), cohort)
        assert _shares(MinMaxLatency(), cohort[::-1])[::-1] == first
    assert solve.call_count == 2  # one for each order of the cohort
