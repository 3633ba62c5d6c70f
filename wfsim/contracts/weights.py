"""What every rule for band weights promises."""

from __future__ import annotations

import math

from wfsim.contracts._require import require, require_equal
from wfsim.control.weights import BandWeights
from wfsim.messages import Candidate, Request

_KNOWN = {
    "a": Candidate(device="a", mean_snr_db=-3.0, snr_db=-40.0, upload_bits=1e5),
    "b": Candidate(device="b", mean_snr_db=12.0, snr_db=15.0, upload_bits=1e5),
    "c": Candidate(device="c", mean_snr_db=60.0, snr_db=61.0, upload_bits=1e3),
    "d": Candidate(device="d", mean_snr_db=12.0, snr_db=-math.inf, upload_bits=1e6),
}


def check_a_cohort_gets_no_more_than_the_band(weights: BandWeights) -> None:
    """Every share in (0, 1], together at most 1; a device in a deep fade still gets a share, and the others too."""
    for names in ("a", "ab", "abcd"):
        shares = _shares(weights, names)
        require(all(0.0 < share <= 1.0 for share in shares.values()), f"the shares {shares} are not all in (0, 1]")
        require(sum(shares.values()) <= 1.0 + 1e-12, f"the shares {shares} sum to more than 1")


def check_the_order_of_the_cohort_does_not_matter(weights: BandWeights) -> None:
    """A device's share depends on who is in the cohort."""
    require_equal(_shares(weights, "cab"), _shares(weights, "abc"), "the shares of a reordered cohort")


def _shares(weights: BandWeights, names: str) -> dict[str, float]:
    cohort = [_KNOWN[name] for name in names]
    requests = (Request(device=known.device, round=1, snr_db=known.mean_snr_db) for known in cohort)
    return {request.device: weights.share(request, cohort) for request in requests}
