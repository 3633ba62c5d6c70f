"""What every aggregator promises.

Rules that change the basis of factors or the frozen base are held to products: what matrices move by, base included.
"""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wfsim.aggregate import Aggregated, Aggregator
from wfsim.contracts._require import require, require_close, require_equal
from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape, Update

_SHAPES = AdapterShapes(rank=2, pairs=(PairShape("q", 6, 5), PairShape("v", 3, 4)), dense=(TensorShape("head", (7,)),))
_ROUNDING = 1e-5  # of binary32 factors in a product

Vector = NDArray[np.floating]


def _vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(_SHAPES.entries).astype(np.float32)


def _arrival(name: str, vector: np.ndarray, weight: float = 1.0, share: float = 1.0, staleness: int = 0) -> Arrival:
    mask = np.random.default_rng(len(name)).random(_SHAPES.entries) < share
    values = Adapter.from_vector(_SHAPES, vector * mask)
    return Arrival(
        members=(name,),
        mask=mask,
        staleness=staleness,
        update=Update(pairs=values.pairs, dense=values.dense, weight=weight, base_version=0),
    )


def _advance(aggregator: Aggregator, arrivals: list[Arrival], current: np.ndarray) -> Aggregated:
    adapter = Adapter.from_vector(_SHAPES, current)
    return aggregator.advance(adapter, arrivals, _SHAPES, aggregator.begin(_SHAPES))


def _next(aggregator: Aggregator, arrivals: list[Arrival], current: np.ndarray) -> Aggregated:
    """From `current`, which all devices trained from."""
    return _advance(aggregator, [replace(arrival, start=current.copy()) for arrival in arrivals], current)


def _by_entries(aggregator: Aggregator) -> bool:
    return aggregator.keeps_gauge and not aggregator.moves_base


def _effect(aggregator: Aggregator, made: Aggregated | Vector) -> Vector:
    """What an adapter stands for: its entries, or products b a, what the base moved by added, and dense tensors."""
    if not isinstance(made, Aggregated):
        made = Aggregated(adapter=Adapter.from_vector(_SHAPES, made))
    if _by_entries(aggregator):
        return made.adapter.vector()
    moved, pairs = made.base_change or {}, made.adapter.pairs
    products = [pair.b.astype(np.float64) @ pair.a for pair in pairs.values()]
    base = [moved[name].b.astype(np.float64) @ moved[name].a if name in moved else 0.0 for name in pairs]
    whole = [product + change for product, change in zip(products, base, strict=True)]
    return np.concatenate([*(each.ravel() for each in whole), *(t.ravel() for t in made.adapter.dense.values())])


def _bits(made: Aggregated) -> bytes:
    change = [factor.tobytes() for pair in (made.base_change or {}).values() for factor in pair]
    return b"".join([made.adapter.vector().tobytes(), *change])


def check_the_order_of_arrival_does_not_matter_bit_for_bit(aggregator: Aggregator) -> None:
    """Sums run in an order of their own, such as that of device names."""
    arrivals = [_arrival(f"d{'x' * i}", _vector(i), weight=1.0 + i, share=0.7) for i in range(6)]
    expected = _bits(_next(aggregator, arrivals, _vector(9)))
    for seed in range(5):
        shuffled = random.Random(seed).sample(arrivals, len(arrivals))
        same = _bits(_next(aggregator, shuffled, _vector(9))) == expected
        require(same, "arrivals in another order give other bits: sum in order of device name")


def check_a_lone_update_is_added(aggregator: Aggregator) -> None:
    """`step` times; where `step` is 1, a federation of one is local training, to the bit from a zero adapter."""
    step, zero, arrivals = aggregator.step, np.zeros(_SHAPES.entries, dtype=np.float32), [_arrival("a", _vector(1))]
    require(step > 0.0, f"step is {step!r}, not above 0")
    alone = _next(aggregator, arrivals, zero)
    same = step != 1.0 or not _by_entries(aggregator) or np.array_equal(alone.adapter.vector(), _vector(1))
    require(same, "from a zero adapter, one device's update comes out changed")
    sentence, within = f"one device's update is not added {step:g} times", _within(aggregator) * max(step, 1.0)
    for start in (zero, _vector(2)):
        expected = _effect(aggregator, (start + step * _vector(1)).astype(np.float32))
        require_close(_effect(aggregator, _next(aggregator, arrivals, start)), expected, sentence, abs=within)


def check_a_stale_update_moves_the_adapter_no_further(aggregator: Aggregator) -> None:
    """Than a fresh one with the same values and start."""
    before = _effect(aggregator, _vector(2))
    moves = [
        np.abs(_effect(aggregator, _next(aggregator, [_arrival("a", _vector(1), staleness=age)], _vector(2))) - before)
        for age in (0, 1, 3, 20)
    ]
    further = any((older > younger + _within(aggregator)).any() for younger, older in pairwise(moves))
    require(not further, "an older update moves the adapter further")


def check_devices_that_agree_are_one_device(aggregator: Aggregator) -> None:
    """Whatever their weights."""
    arrivals = [_arrival(name, _vector(1), weight) for name, weight in [("a", 1.0), ("b", 3.0), ("c", 0.5)]]
    one, all_of_them = (_effect(aggregator, _next(aggregator, some, _vector(2))) for some in (arrivals[:1], arrivals))
    require_close(all_of_them, one, "three equal updates do not act as one", abs=_within(aggregator))


def check_it_leaves_its_inputs_alone_and_returns_float32(aggregator: Aggregator) -> None:
    """The same adapter, updates and memory are read elsewhere."""
    current, start, state = Adapter.from_vector(_SHAPES, _vector(2)), _vector(3), aggregator.begin(_SHAPES)
    arrival, before = replace(_arrival("a", _vector(1)), start=start), {name: x.copy() for name, x in state.items()}
    made = aggregator.advance(current, [arrival], _SHAPES, state)
    require(np.array_equal(current.vector(), _vector(2)), "it changes the adapter it was given")
    require(np.array_equal(start, _vector(3)), "it changes what a device started from")
    require(np.array_equal(arrival.update.vector(), _vector(1)), "it changes an update it was given")
    same = state.keys() == before.keys() and all(np.array_equal(state[name], before[name]) for name in before)
    require(same, "it changes the memory it was given")
    require_equal(made.adapter.vector().dtype, np.dtype(np.float32), "the type of the result")


def check_memory_carries_on(aggregator: Aggregator) -> None:
    """What `advance` returns is what it takes: arrays that keep names and shapes once a device is known."""
    arrivals = [_arrival("a", _vector(1)), _arrival("bb", _vector(3))]
    first = _next(aggregator, arrivals, _vector(2))
    second = aggregator.advance(first.adapter, [replace(a, start=_vector(2)) for a in arrivals], _SHAPES, first.state)
    shapes = [{name: np.shape(array) for name, array in made.state.items()} for made in (first, second)]
    require_equal(shapes[1], shapes[0], "names and shapes of what is remembered")


def check_the_base_moves_by_the_rank_that_was_announced(aggregator: Aggregator) -> None:
    """Sizes of downloads are known from the number of uploads alone; without `moves_base` nobody is sent a change."""
    for count in (1, 2, 4):
        arrivals = [_arrival(f"d{'x' * i}", _vector(i)) for i in range(count)]
        change = _next(aggregator, arrivals, _vector(9)).base_change or {}
        rank = aggregator.change_rank(count, _SHAPES.rank)
        found = {(len(pair.a), pair.b.shape[1]) for pair in change.values()}
        require_equal(found, {(rank, rank)} if rank else set(), f"ranks of the base's change by {count} uploads")
        require(aggregator.moves_base or not change, "it moves the base, and moves_base says that it does not")


def check_nothing_delivered_changes_nothing(aggregator: Aggregator) -> None:
    """Wholly lost uploads come with an empty mask, and may not say what they started from."""
    arrivals = [_arrival("a", _vector(1), share=0.0), _arrival("bb", _vector(3), share=0.0)]
    for begun in (arrivals, [replace(arrivals[0], start=_vector(4)), arrivals[1]]):
        made = _advance(aggregator, begun, _vector(2))
        same = np.array_equal(made.adapter.vector(), _vector(2)) and not made.base_change
        require(same, "the adapter moves although nothing was delivered")


def check_lost_entries_do_not_move(aggregator: Aggregator) -> None:
    """Wherever nobody's came, however old their start is; where products count, a lost entry is a zero delta."""
    arrivals = [replace(_arrival("a", _vector(1), share=0.5, staleness=2), start=_vector(4))]
    made, lost = _advance(aggregator, arrivals, _vector(2)), ~arrivals[0].mask
    if _by_entries(aggregator):
        same = np.array_equal(made.adapter.vector()[lost], _vector(2)[lost])
        require(same, "entries that nobody delivered move")
        return
    zeros = replace(arrivals[0], mask=np.ones(_SHAPES.entries, dtype=bool))
    expected = _effect(aggregator, _advance(aggregator, [zeros], _vector(2)))
    pairs = slice(None, -_SHAPES.dense[0].entries)
    require_close(
        _effect(aggregator, made)[pairs], expected[pairs], "a lost entry is no zero delta", abs=_within(aggregator)
    )


def _within(aggregator: Aggregator) -> float:
    return 1e-6 if _by_entries(aggregator) else _ROUNDING
