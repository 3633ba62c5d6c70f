"""What every codec promises."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from wfsim.compress import Codec, Source
from wfsim.contracts._require import require, require_close, require_equal
from wfsim.messages import Adapter, AdapterShapes, PairShape, Payload, TensorShape

_PAIRS = (PairShape("q", 48, 32), PairShape("v", 16, 50))
_HEAD = (TensorShape("head", (10, 32)), TensorShape("bias", (10,)))
_SHAPES = {
    "small": AdapterShapes(rank=1, pairs=(PairShape("m", 1, 2),), dense=()),
    "mixed": AdapterShapes(rank=4, pairs=_PAIRS, dense=_HEAD),
    "frozen A": AdapterShapes(rank=4, pairs=_PAIRS, dense=_HEAD, factors="b"),
    "frozen B": AdapterShapes(rank=4, pairs=_PAIRS[1:], dense=_HEAD[1:], factors="a"),
    "head only": AdapterShapes(rank=2, pairs=(), dense=(TensorShape("head", (700,)),)),
}
_MAX_BYTES = [32, 100, 1472, 65_000]
_ENOUGH_BYTES = 100

Mask = NDArray[np.bool_]


def check_the_plan_is_what_encoding_gives(codec: Codec) -> None:
    """Bytes and entries of every fragment, in order; none above the limit. Entries are those that it carries."""
    for case, shapes, max_bytes in _cases(codec):
        payload, _ = _encode(codec, shapes, max_bytes)
        sizes = tuple(len(fragment) for fragment in payload.fragments)
        require(all(0 < size <= max_bytes for size in sizes), f"{case}: a fragment has {max(sizes)} bytes or none")
        plan = codec.plan(shapes, max_bytes)
        if plan is not None:
            require_equal(sizes, plan.fragment_bytes, f"{case}: the size of fragments against the plan")
            require_equal(payload.size_bits, plan.size_bits, f"{case}: the bits of the payload against the plan")
            require_equal(len(plan.fragment_entries), len(sizes), f"{case}: the number of fragments with entries")
        if plan is not None and not codec.additive:
            entries = tuple(int(carried.sum()) for carried in _carried(codec, shapes, max_bytes))
            stated = tuple(codec.carried(fragment, shapes) for fragment in payload.fragments)
            require_equal(stated, plan.fragment_entries, f"{case}: what fragments are said to carry against the plan")
            require_equal(entries, plan.fragment_entries, f"{case}: the entries of fragments against the plan")


def check_the_plan_does_not_depend_on_values(codec: Codec) -> None:
    """A codec whose sizes do has no plan: it returns None."""
    for case, shapes, max_bytes in _cases(codec):
        plan = codec.plan(shapes, max_bytes)
        for seed in (2, 3) if plan is not None else ():
            fragments = codec.encode(_adapter(shapes, seed), shapes, max_bytes, _source(shapes)).fragments
            require_equal(tuple(map(len, fragments)), plan.fragment_bytes, f"{case}: sizes for other values")


def check_a_packet_that_is_too_small_is_refused(codec: Codec) -> None:
    """By a ValueError that names max_bytes; 100 bytes are enough for what is small."""
    for name, shapes in _SHAPES.items():
        refused = [size for size in (1, *_MAX_BYTES) if not _fits(codec, shapes, size)]
        require(1 in refused, f"{name} shapes: packets of 1 byte are not refused")
        require(max(refused) < _ENOUGH_BYTES, f"{name} shapes: packets of {max(refused)} bytes are refused")


def check_fragments_carry_different_entries(codec: Codec) -> None:
    """No entry flies twice unless fragments add up, and each speaks for what it carries."""
    for case, shapes, max_bytes in _cases(codec):
        carried = _carried(codec, shapes, max_bytes)
        twice = not codec.additive and np.sum(carried, axis=0).max() > 1
        require(not twice, f"{case}: fragments carry the same entry")
        _, masks = _encode(codec, shapes, max_bytes, _signs(shapes))
        spoken_for = all((mask | ~entries).all() for mask, entries in zip(masks, carried, strict=True))
        require(spoken_for, f"{case}: a fragment does not speak for what it carries")


def check_all_fragments_speak_for_every_trained_entry(codec: Codec) -> None:
    """What was chosen not to be sent is a zero that counts. Frozen entries are neither sent nor spoken for."""
    for case, shapes, max_bytes in _cases(codec):
        payload, masks = _encode(codec, shapes, max_bytes)
        values, mask = codec.decode(payload.fragments, shapes)
        require(
            np.array_equal(mask, shapes.trained), f"{case}: all fragments do not speak for what is trained, exactly"
        )
        require(
            np.array_equal(np.any(masks, axis=0), mask), f"{case}: together they speak for other entries than alone"
        )
        require(not values[~shapes.trained].any(), f"{case}: a frozen entry moves")


def check_any_subset_decodes_to_its_own_entries(codec: Codec) -> None:
    """In any order; the other entries are zero and masked out."""
    for case, shapes, max_bytes in _cases(codec):
        payload, masks = _encode(codec, shapes, max_bytes)
        alone = [codec.decode([fragment], shapes)[0] for fragment in payload.fragments]
        generator = np.random.default_rng(5)
        for _ in range(5):
            kept = np.flatnonzero(generator.random(len(masks)) < 0.5)
            values, mask = codec.decode([payload.fragments[i] for i in generator.permutation(kept)], shapes)
            expected = np.any([masks[i] for i in kept], axis=0) if len(kept) else np.zeros(shapes.entries, dtype=bool)
            require(np.array_equal(mask, expected), f"{case}: fragments {kept} decode to another mask together")
            together = np.sum([alone[i] for i in kept], axis=0) if len(kept) else np.zeros(shapes.entries)
            near = 1e-5 * float(np.max(np.abs(together), initial=0.0)) if codec.additive else 0.0
            message = f"{case}: fragments {kept} decode to other values without the rest"
            require_close(values, together, message, rel=0.0, abs=near)


def check_nothing_decodes_to_nothing(codec: Codec) -> None:
    """Zeros and an empty mask of the right shape."""
    for name, shapes in _SHAPES.items():
        values, mask = codec.decode([], shapes)
        require_equal((values.shape, mask.shape), ((shapes.entries,),) * 2, f"{name}: the shapes of values and mask")
        require_equal(values.dtype, np.dtype(np.float32), f"{name}: the type of the values")
        require(not values.any() and not mask.any(), f"{name}: no fragment decodes to something")


def check_encoding_is_deterministic_and_leaves_its_input_alone(codec: Codec) -> None:
    """The same values and the same draws are the same bytes."""
    for name, shapes in _SHAPES.items():
        adapter, source = _adapter(shapes), _source(shapes)
        before = [adapter.vector().copy(), source.start.vector().copy()]
        first = codec.encode(adapter, shapes, _ENOUGH_BYTES, source)
        same = first == codec.encode(adapter, shapes, _ENOUGH_BYTES, _source(shapes))
        require(same, f"{name}: encoding the same values twice gives other bytes")
        after = [adapter.vector(), source.start.vector()]
        require(all(map(np.array_equal, before, after)), f"{name}: encoding changes its input")


def check_more_ranks_cost_more_and_drop_less(codec: Codec) -> None:
    """Of an adjustable codec: bits never fall with the ranks kept; dropped energy falls to 0, from 1 at most."""
    for name, shapes in _SHAPES.items() if codec.adjustable else ():
        adapter = _adapter(shapes)
        settings = [codec.keeping(ranks) for ranks in range(1, shapes.rank + 1)]
        bits = [c.encode(adapter, shapes, 1472, _source(shapes)).size_bits for c in settings]
        require(all(fewer <= more for fewer, more in pairwise(bits)), f"{name}: bits fall with more ranks: {bits}")
        dropped = codec.dropped_energy(adapter, shapes, _source(shapes))
        require_equal(dropped.shape, (shapes.rank,), f"{name}: the shape of the dropped energy")
        falls = all(more >= less for more, less in pairwise([1.0, *dropped.tolist()]))
        require(falls and abs(dropped[-1]) <= 1e-9, f"{name}: dropped energy does not fall to 0: {dropped}")


def check_memory_holds_what_was_not_received(codec: Codec) -> None:
    """Exactly, entry by entry, in binary32, where all arrived; nothing of frozen entries."""
    for case, shapes, max_bytes in _cases(codec) if codec.has_memory else ():
        adapter = _adapter(shapes)
        payload = codec.encode(adapter, shapes, max_bytes, _source(shapes))
        kept = codec.remainder(adapter, payload, np.ones(len(payload.fragments), dtype=bool), shapes)
        missing = adapter.vector() - codec.decode(payload.fragments, shapes)[0]
        require(
            np.array_equal(kept, np.where(shapes.trained, missing, 0.0)), f"{case}: the memory holds something else"
        )


def _cases(codec: Codec) -> Iterator[tuple[str, AdapterShapes, int]]:
    for (name, shapes), max_bytes in product(_SHAPES.items(), _MAX_BYTES):
        if max_bytes >= _ENOUGH_BYTES or _fits(codec, shapes, max_bytes):
            yield f"{name} shapes, {max_bytes} bytes", shapes, max_bytes


def _fits(codec: Codec, shapes: AdapterShapes, max_bytes: int) -> bool:
    try:
        codec.encode(_adapter(shapes), shapes, max_bytes, _source(shapes))
    except ValueError as error:
        require("max_bytes" in str(error), f"packets of {max_bytes} bytes: the error does not name max_bytes: {error}")
        return False
    return True


def _adapter(shapes: AdapterShapes, seed: int = 1) -> Adapter:
    generator = np.random.default_rng(seed)
    vector = generator.standard_normal(shapes.entries) * 10.0 ** generator.uniform(-4, 4, shapes.entries)
    return Adapter.from_vector(shapes, vector.astype(np.float32))


def _signs(shapes: AdapterShapes) -> Adapter:
    """Values of one size, none of which a number format rounds to zero."""
    return Adapter.from_vector(shapes, np.sign(_adapter(shapes).vector()))


def _source(shapes: AdapterShapes) -> Source:
    return Source(start=_adapter(shapes, 9), generator=np.random.default_rng(4))


def _encode(
    codec: Codec, shapes: AdapterShapes, max_bytes: int, adapter: Adapter | None = None
) -> tuple[Payload, list[Mask]]:
    payload = codec.encode(adapter or _adapter(shapes), shapes, max_bytes, _source(shapes))
    return payload, [codec.decode([fragment], shapes)[1] for fragment in payload.fragments]


def _carried(codec: Codec, shapes: AdapterShapes, max_bytes: int) -> list[Mask]:
    """The entries that every fragment carries."""
    payload, _ = _encode(codec, shapes, max_bytes, _signs(shapes))
    return [codec.decode([fragment], shapes)[0] != 0.0 for fragment in payload.fragments]
