from __future__ import annotations

import numpy as np
import pytest

from wfsim.aggregate.missing import Missing

pytestmark = pytest.mark.parametrize("kind", sorted(Missing.kinds))
_GENERATOR = np.random.default_rng(1)
_DELTAS = _GENERATOR.standard_normal((4, 60))
_WEIGHTS = np.array([1.0, 5.0, 2.0, 30.0])


def test_when_everything_arrived_it_is_the_weighted_mean(kind: str) -> None:
    mean = Missing.parse(kind).mean(_DELTAS, np.ones(_DELTAS.shape, dtype=bool), _WEIGHTS)
    assert mean == pytest.approx(_WEIGHTS @ _DELTAS / _WEIGHTS.sum(), rel=1e-12)


def test_lost_entries_have_no_say(kind: str) -> None:
    """Whatever stands where nothing arrived."""
    masks = _GENERATOR.random(_DELTAS.shape) < 0.5
    rule = Missing.parse(kind)
    with_rubbish = rule.mean(np.where(masks, _DELTAS, 1e9), masks, _WEIGHTS)
    assert np.array_equal(with_rubbish, rule.mean(_DELTAS * masks, masks, _WEIGHTS))


def test_an_entry_that_nobody_delivered_does_not_move(kind: str) -> None:
    masks = np.ones(_DELTAS.shape, dtype=bool)
    masks[:, 7] = False
    mean = Missing.parse(kind).mean(_DELTAS, masks, _WEIGHTS)
    assert mean[7] == 0.0 and np.isfinite(mean).all()


def test_the_mean_stays_within_what_arrived(kind: str) -> None:
    masks = _GENERATOR.random(_DELTAS.shape) < 0.5
    mean = Missing.parse(kind).mean(_DELTAS, masks, _WEIGHTS)
    values = np.where(masks, _DELTAS, 0.0)
    assert (mean <= values.max(axis=0) + 1e-12).all() and (mean >= values.min(axis=0) - 1e-12).all()


def test_only_the_ratio_of_weights_counts(kind: str) -> None:
    masks = _GENERATOR.random(_DELTAS.shape) < 0.5
    rule = Missing.parse(kind)
    assert rule.mean(_DELTAS, masks, 7.0 * _WEIGHTS) == pytest.approx(rule.mean(_DELTAS, masks, _WEIGHTS), rel=1e-12)
