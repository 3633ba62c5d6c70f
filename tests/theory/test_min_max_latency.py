"""Min-max latency weights in the medium: uploads that start together end together, and nothing ends earlier."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from wfsim.control.weights import BandWeights
from wfsim.messages import Candidate, Request
from wfsim.units import linear_to_db

_BAND_HZ = 1e6
_SNR_HZ = (3e7, 5e6, 1e6, 2e8, 4e5)
_BITS = (1e6, 4e6, 2e6, 5e5, 3e5)


# At a cap of 3 bit/s/Hz two of the five are held by the cap and three by their power.
_links = pytest.mark.parametrize(("gap_db", "cap"), [(0.0, 1000.0), (2.0, 1000.0), (2.0, 3.0)])


def _weights(kind: str, gap_db: float, cap: float) -> list[float]:
    snr_db = linear_to_db(np.array(_SNR_HZ) / _BAND_HZ).tolist()
    cohort = [
        Candidate(device=f"d{number}", mean_snr_db=snr_db[number], snr_db=0.0, upload_bits=bits)
        for number, bits in enumerate(_BITS)
    ]
    part = BandWeights.parse(
        {"kind": kind, "gap_db": gap_db, "max_bps_per_hz": cap} if kind == "min_max_latency" else kind
    )
    return [part.share(Request(device=each.device, round=1, snr_db=0.0), cohort) for each in cohort]


def _end_times_s(make_air: Callable[..., Any], weights: Sequence[float], gap_db: float, cap: float) -> list[float]:
    link = {"kind": "shannon", "gap_db": gap_db, "max_bps_per_hz": cap}
    air = make_air(_SNR_HZ, band_hz=_BAND_HZ, link=link, access={"kind": "fdma", "work_conserving": False})
    for number, (bits, weight) in enumerate(zip(_BITS, weights)):
        air.send(f"u{number}", [bits / 10] * 10, links=[number], weight=weight)
    air.run()
    return [air.end_s(f"u{number}") for number in range(len(_BITS))]


@_links
def test_uploads_that_start_together_end_together(make_air: Callable[..., Any], gap_db: float, cap: float) -> None:
    ends_s = _end_times_s(make_air, _weights("min_max_latency", gap_db, cap), gap_db, cap)
    assert ends_s == pytest.approx([ends_s[0]] * len(ends_s), rel=1e-9)


@_links
def test_no_other_weights_end_earlier(make_air: Callable[..., Any], gap_db: float, cap: float) -> None:
    """Equal shares, and forty random moves of band from the best ones."""
    best = _weights("min_max_latency", gap_db, cap)
    earliest_s, draw = max(_end_times_s(make_air, best, gap_db, cap)), random.Random(5)
    assert max(_end_times_s(make_air, _weights("equal", gap_db, cap), gap_db, cap)) > 1.05 * earliest_s
    for _ in range(40):
        moved = [weight * draw.uniform(0.9, 1.1) for weight in best]
        moved = [weight / sum(moved) for weight in moved]
        assert max(_end_times_s(make_air, moved, gap_db, cap)) > earliest_s
