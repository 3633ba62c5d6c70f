"""What every codec promises."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from wfsim.compress import Codec
from wfsim.contracts._require import require, require_equal
from wfsim.messages import Adapter, AdapterShapes, PairShape, Payload, TensorShape

_SHAPES = {
    "small": AdapterShapes(rank=1, pairs=(PairShape("m", 1, 2),), dense=()),
    "mixed": AdapterShapes(
        rank=4,
        pairs=(PairShape("q", 48, 32), PairShape("v", 16, 50)),
        dense=(TensorShape("head", (10, 32)), TensorShape("bias", (10,))),
    ),
    "head only": AdapterShapes(rank=2, pairs=(), dense=(TensorShape("head", (700,)),)),
}
_MAX_BYTES = [32, 100, 1472, 65_000]

Mask = NDArray[np.bool_]


def check_the_plan_is_what_encoding_gives(codec: Codec) -> None:
    """Bytes and entries of every fragment, in order; none above the limit."""
    for case, shapes, max_bytes in _cases():
        payload, masks = _encode(codec, shapes, max_bytes)
        sizes = tuple(len(fragment) for fragment in payload.fragments)
        require(all(0 < size <= max_bytes for size in sizes), f"{case}: a fragment has {max(sizes)} bytes or none")
        plan = codec.plan(shapes, max_bytes)
        if plan is not None:
            require_equal(sizes, plan.fragment_bytes, f"{case}: the size of fragments against the plan")
            entries = tuple(int(mask.sum()) for mask in masks)
            require_equal(entries, plan.fragment_entries, f"{case}: the entries of fragments against the plan")
            require_equal(payload.size_bits, plan.size_bits, f"{case}: the bits of the payload against the plan")


def check_the_plan_does_not_depend_on_values(codec: Codec) -> None:
    """A codec whose sizes do has no plan: it returns None."""
    for case, shapes, max_bytes in _cases():
        plan = codec.plan(shapes, max_bytes)
        for seed in (2, 3) if plan is not None else ():
            fragments = codec.encode(_adapter(shapes, seed), shapes, max_bytes).fragments
            require_equal(tuple(map(len, fragments)), plan.fragment_bytes, f"{case}: sizes for other values")


def check_fragments_carry_different_entries(codec: Codec) -> None:
    """No entry flies twice, and all fragments together speak for what each speaks for."""
    for case, shapes, max_bytes in _cases():
        payload, masks = _encode(codec, shapes, max_bytes)
        require_equal(int(np.sum(masks, axis=0).max()), 1, f"{case}: fragments that carry the same entry")
        together = codec.decode(payload.fragments, shapes)[1]
        same = np.array_equal(np.any(masks, axis=0), together)
        require(same, f"{case}: all fragments together speak for other entries than each alone")


def check_any_subset_decodes_to_its_own_entries(codec: Codec) -> None:
    """In any order; the other entries are zero and masked out."""
    for case, shapes, max_bytes in _cases():
        payload, masks = _encode(codec, shapes, max_bytes)
        whole, _ = codec.decode(payload.fragments, shapes)
        generator = np.random.default_rng(5)
        for _ in range(5):
            kept = np.flatnonzero(generator.random(len(masks)) < 0.5)
            values, mask = codec.decode([payload.fragments[i] for i in generator.permutation(kept)], shapes)
            expected = np.any([masks[i] for i in kept], axis=0) if len(kept) else np.zeros(shapes.entries, dtype=bool)
            require(np.array_equal(mask, expected), f"{case}: fragments {kept} decode to another mask together")
            same = np.array_equal(values, np.where(expected, whole, 0.0))
            require(same, f"{case}: fragments {kept} decode to other values without the rest")


def check_nothing_decodes_to_nothing(codec: Codec) -> None:
    """Zeros and an empty mask of the right shape."""
    for name, shapes in _SHAPES.items():
        values, mask = codec.decode([], shapes)
        require_equal((values.shape, mask.shape), ((shapes.entries,),) * 2, f"{name}: the shapes of values and mask")
        require_equal(values.dtype, np.dtype(np.float32), f"{name}: the type of the values")
        require(not values.any() and not mask.any(), f"{name}: no fragment decodes to something")


def check_encoding_is_deterministic_and_leaves_its_input_alone(codec: Codec) -> None:
    """The same values are the same bytes."""
    for name, shapes in _SHAPES.items():
        adapter = _adapter(shapes)
        before = adapter.vector().copy()
        same = codec.encode(adapter, shapes, 100) == codec.encode(adapter, shapes, 100)
        require(same, f"{name}: encoding the same values twice gives other bytes")
        require(np.array_equal(adapter.vector(), before), f"{name}: encoding changes its input")


def _cases() -> Iterator[tuple[str, AdapterShapes, int]]:
    for (name, shapes), max_bytes in product(_SHAPES.items(), _MAX_BYTES):
        yield f"{name} shapes, {max_bytes} bytes", shapes, max_bytes


def _adapter(shapes: AdapterShapes, seed: int = 1) -> Adapter:
    generator = np.random.default_rng(seed)
    vector = generator.standard_normal(shapes.entries) * 10.0 ** generator.uniform(-4, 4, shapes.entries)
    return Adapter.from_vector(shapes, vector.astype(np.float32))


def _encode(codec: Codec, shapes: AdapterShapes, max_bytes: int) -> tuple[Payload, list[Mask]]:
    payload = codec.encode(_adapter(shapes), shapes, max_bytes)
    return payload, [codec.decode([fragment], shapes)[1] for fragment in payload.fragments]
