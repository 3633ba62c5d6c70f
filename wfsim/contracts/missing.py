"""What every rule for lost entries promises."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate._averaging import masked_mean
from wfsim.aggregate.missing import Missing, State, Uploads
from wfsim.contracts._require import require, require_close
from wfsim.messages import Adapter, AdapterShapes, Arrival, TensorShape, Update

_SHAPES = AdapterShapes(rank=1, pairs=(), dense=(TensorShape("head", (60,)),))
_DELTAS = np.random.default_rng(1).standard_normal((4, _SHAPES.entries)).astype(np.float32)
_MASKS = np.random.default_rng(2).random(_DELTAS.shape) < 0.5
_NOW = np.random.default_rng(3).standard_normal(_SHAPES.entries).astype(np.float32)
_ALL = np.ones_like(_MASKS)
_WEIGHTS = np.array([1.0, 5.0, 2.0, 30.0])

Mask = NDArray[np.bool_]


def _fill(rule: Missing, deltas: NDArray[np.float32], masks: Mask, state: State) -> tuple[Uploads, State]:
    arrivals = [_arrival(f"d{i}", delta, mask) for i, (delta, mask) in enumerate(zip(deltas, masks, strict=True))]
    return rule.fill(Uploads(deltas * masks, masks, ~masks), _NOW.astype(np.float64), arrivals, state)


def _arrival(name: str, delta: NDArray[np.float32], mask: Mask) -> Arrival:
    values = Adapter.from_vector(_SHAPES, delta * mask)
    update = Update(pairs=values.pairs, dense=values.dense, weight=1.0, base_version=0)
    return Arrival(members=(name,), update=update, mask=mask, staleness=0, start=_NOW if mask.any() else None)


def _mean(rule: Missing, deltas: NDArray[np.float32], masks: Mask) -> NDArray[np.float64]:
    uploads, _ = _fill(rule, deltas, masks, {})
    return masked_mean(uploads.moves, uploads.masks, _WEIGHTS)


def check_when_everything_arrived_it_is_the_weighted_mean(rule: Missing) -> None:
    """sum p d / sum p."""
    expected = _WEIGHTS @ _DELTAS.astype(np.float64) / _WEIGHTS.sum()
    require_close(_mean(rule, _DELTAS, _ALL), expected, "it is not the weighted mean", abs=1e-12)


def check_what_arrived_is_left_alone(rule: Missing) -> None:
    """Only lost entries get something to stand in for them."""
    uploads, _ = _fill(rule, _DELTAS, _MASKS, {})
    require(np.array_equal(uploads.moves[_MASKS], _DELTAS[_MASKS]), "it changes what arrived")
    require(bool(uploads.masks[_MASKS].all()), "what arrived has no say any more")
    require(np.isfinite(uploads.moves).all(), "what stands in is not finite")


def check_what_was_not_to_be_sent_gets_no_say(rule: Missing) -> None:
    """An entry that is neither there nor lost, as that of a frozen factor."""
    masks, frozen = _ALL.copy(), np.arange(_SHAPES.entries) < 5
    masks[:, frozen] = False
    arrivals = [_arrival(f"d{i}", delta, mask) for i, (delta, mask) in enumerate(zip(_DELTAS, masks, strict=True))]
    uploads = Uploads(_DELTAS * masks, masks, np.zeros_like(masks))
    filled, _ = rule.fill(uploads, _NOW.astype(np.float64), arrivals, {})
    require(not filled.masks[:, frozen].any(), "entries that nobody was to send get a say")


def check_it_stands_in_between_the_value_0_and_what_is_known(rule: Missing) -> None:
    """A stand-in moves a value of the adapter no further than to 0 while nothing is known of a device."""
    uploads, _ = _fill(rule, _DELTAS, _MASKS, {})
    moved = np.where(uploads.masks & ~_MASKS, uploads.moves, 0.0)
    inside = (np.minimum(-_NOW, 0.0) <= moved) & (moved <= np.maximum(-_NOW, 0.0))
    require(bool(inside.all()), "a stand-in lies beyond both the global value and 0")


def check_it_leaves_its_inputs_alone(rule: Missing) -> None:
    """The memory is read again where the server goes back to an older version."""
    _, state = _fill(rule, _DELTAS, _MASKS, {})
    before = {name: array.copy() for name, array in state.items()}
    _fill(rule, 2.0 * _DELTAS, ~_MASKS, state)
    same = all(np.array_equal(state[name], before[name], equal_nan=True) for name in before)
    require(same, "it changes the memory it was given")
