"""What every rule for stale updates promises."""

from __future__ import annotations

import math
from itertools import pairwise

from wfsim.aggregate.staleness import Staleness
from wfsim.contracts._require import require, require_equal

_VERSIONS = [*range(12), 100, 10_000]


def check_a_fresh_update_counts_in_full(staleness: Staleness) -> None:
    """So that without stale updates the rule changes nothing."""
    require_equal(staleness.weight(0), 1.0, "the weight of an update that is 0 versions old")


def check_the_weight_is_a_share(staleness: Staleness) -> None:
    """A finite float in [0, 1]."""
    for versions in _VERSIONS:
        weight = staleness.weight(versions)
        fits = isinstance(weight, float) and math.isfinite(weight) and 0.0 <= weight <= 1.0
        require(fits, f"the weight at {versions} versions is {weight!r}, no float in [0, 1]")


def check_older_updates_never_count_more(staleness: Staleness) -> None:
    """From one age to the next."""
    for younger, older in pairwise(_VERSIONS):
        rises = staleness.weight(older) > staleness.weight(younger)
        require(not rises, f"the weight rises from {younger} to {older} versions")
