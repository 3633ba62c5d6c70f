"""What every rule for lost entries promises."""

from __future__ import annotations

import numpy as np

from wfsim.aggregate.missing import Missing
from wfsim.contracts._require import require, require_close

_DELTAS = np.random.default_rng(1).standard_normal((4, 60))
_MASKS = np.random.default_rng(2).random(_DELTAS.shape) < 0.5
_WEIGHTS = np.array([1.0, 5.0, 2.0, 30.0])


def check_when_everything_arrived_it_is_the_weighted_mean(rule: Missing) -> None:
    """sum p d / sum p."""
    mean = rule.mean(_DELTAS, np.ones(_DELTAS.shape, dtype=bool), _WEIGHTS)
    require_close(mean, _WEIGHTS @ _DELTAS / _WEIGHTS.sum(), "it is not the weighted mean", abs=1e-12)


def check_lost_entries_have_no_say(rule: Missing) -> None:
    """Whatever stands where nothing arrived."""
    with_rubbish = rule.mean(np.where(_MASKS, _DELTAS, 1e9), _MASKS, _WEIGHTS)
    same = np.array_equal(with_rubbish, rule.mean(_DELTAS * _MASKS, _MASKS, _WEIGHTS))
    require(same, "values that did not arrive change the mean")


def check_an_entry_that_nobody_delivered_does_not_move(rule: Missing) -> None:
    """Nor does it become infinite."""
    masks = np.ones(_DELTAS.shape, dtype=bool)
    masks[:, 7] = False
    mean = rule.mean(_DELTAS, masks, _WEIGHTS)
    require(mean[7] == 0.0, f"an entry that nobody delivered moves by {mean[7]:g}")
    require(np.isfinite(mean).all(), "the mean is not finite")


def check_the_mean_stays_within_what_arrived(rule: Missing) -> None:
    """Between the least and the greatest delta, a lost one counting as zero."""
    mean, values = rule.mean(_DELTAS, _MASKS, _WEIGHTS), np.where(_MASKS, _DELTAS, 0.0)
    inside = (mean <= values.max(axis=0) + 1e-12) & (mean >= values.min(axis=0) - 1e-12)
    require(inside.all(), f"the mean of entry {inside.argmin()} lies outside what arrived")


def check_only_the_ratio_of_weights_counts(rule: Missing) -> None:
    """Seven times every weight gives the same mean."""
    require_close(
        rule.mean(_DELTAS, _MASKS, 7.0 * _WEIGHTS),
        rule.mean(_DELTAS, _MASKS, _WEIGHTS),
        "weights 7 times as large give another mean",
        abs=1e-12,
    )
