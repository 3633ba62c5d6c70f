"""What every aggregator promises."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import numpy as np

from wfsim.aggregate import Aggregator
from wfsim.contracts._require import require, require_close, require_equal
from wfsim.messages import Adapter, AdapterShapes, Arrival, PairShape, TensorShape, Update

_SHAPES = AdapterShapes(rank=2, pairs=(PairShape("q", 6, 5), PairShape("v", 3, 4)), dense=(TensorShape("head", (7,)),))


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


def _next(aggregator: Aggregator, arrivals: list[Arrival], current: np.ndarray) -> np.ndarray:
    """From `current`, which all devices trained from."""
    begun = [replace(arrival, start=current.copy()) for arrival in arrivals]
    return aggregator.aggregate(Adapter.from_vector(_SHAPES, current), begun, _SHAPES).vector()


def check_the_order_of_arrival_does_not_matter_bit_for_bit(aggregator: Aggregator) -> None:
    """Sums run in an order of their own, such as that of device names."""
    arrivals = [_arrival(f"d{'x' * i}", _vector(i), weight=1.0 + i, share=0.7) for i in range(6)]
    expected = _next(aggregator, arrivals, _vector(9))
    for seed in range(5):
        shuffled = random.Random(seed).sample(arrivals, len(arrivals))
        same = _next(aggregator, shuffled, _vector(9)).tobytes() == expected.tobytes()
        require(same, "arrivals in another order give other bits: sum in order of device name")


def check_a_lone_update_is_added(aggregator: Aggregator) -> None:
    """`step` times; where `step` is 1, a federation of one is local training, to the bit from a zero adapter."""
    step, zero, arrivals = aggregator.step, np.zeros(_SHAPES.entries, dtype=np.float32), [_arrival("a", _vector(1))]
    require(step > 0.0, f"step is {step!r}, not above 0")
    same = step != 1.0 or np.array_equal(_next(aggregator, arrivals, zero), _vector(1))
    require(same, "from a zero adapter, one device's update comes out changed")
    expected = _vector(2) + step * _vector(1)
    sentence = f"one device's update is not added {step:g} times"
    require_close(_next(aggregator, arrivals, _vector(2)), expected, sentence, abs=1e-6 * max(step, 1.0))


def check_a_stale_update_moves_the_adapter_no_further(aggregator: Aggregator) -> None:
    """Than a fresh one with the same values and start."""
    moves = [
        np.abs(_next(aggregator, [_arrival("a", _vector(1), staleness=age)], _vector(2)) - _vector(2))
        for age in (0, 1, 3, 20)
    ]
    further = any((older > younger + 1e-6).any() for younger, older in pairwise(moves))
    require(not further, "an older update moves the adapter further")


def check_devices_that_agree_are_one_device(aggregator: Aggregator) -> None:
    """Whatever their weights."""
    arrivals = [_arrival(name, _vector(1), weight) for name, weight in [("a", 1.0), ("b", 3.0), ("c", 0.5)]]
    one = _next(aggregator, arrivals[:1], _vector(2))
    require_close(_next(aggregator, arrivals, _vector(2)), one, "three equal updates do not act as one", abs=1e-6)


def check_it_leaves_its_inputs_alone_and_returns_float32(aggregator: Aggregator) -> None:
    """The same adapter and updates are read elsewhere."""
    current, start = Adapter.from_vector(_SHAPES, _vector(2)), _vector(3)
    arrival = replace(_arrival("a", _vector(1)), start=start)
    result = aggregator.aggregate(current, [arrival], _SHAPES)
    require(np.array_equal(current.vector(), _vector(2)), "it changes the adapter it was given")
    require(np.array_equal(start, _vector(3)), "it changes what a device started from")
    require(np.array_equal(arrival.update.vector(), _vector(1)), "it changes an update it was given")
    require_equal(result.vector().dtype, np.dtype(np.float32), "the type of the result")


def check_nothing_delivered_changes_nothing(aggregator: Aggregator) -> None:
    """Wholly lost uploads come with an empty mask, and may not say what they started from."""
    arrivals = [_arrival("a", _vector(1), share=0.0), _arrival("bb", _vector(3), share=0.0)]
    for begun in (arrivals, [replace(arrivals[0], start=_vector(4)), arrivals[1]]):
        result = aggregator.aggregate(Adapter.from_vector(_SHAPES, _vector(2)), begun, _SHAPES).vector()
        require(np.array_equal(result, _vector(2)), "the adapter moves although nothing was delivered")


def check_lost_entries_do_not_move(aggregator: Aggregator) -> None:
    """Wherever nobody's came, however old their start is."""
    arrivals = [replace(_arrival("a", _vector(1), share=0.5, staleness=2), start=_vector(4))]
    result = aggregator.aggregate(Adapter.from_vector(_SHAPES, _vector(2)), arrivals, _SHAPES).vector()
    lost = ~arrivals[0].mask
    require(np.array_equal(result[lost], _vector(2)[lost]), "entries that nobody delivered move")
