from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from wfsim.compress import Codec
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
_PARTS = [*sorted(Codec.kinds), {"kind": "dense", "values": "fp32"}, {"kind": "dense", "values": "fp16"}]
_parts = pytest.mark.parametrize("part", _PARTS, ids=str)
_shapes = pytest.mark.parametrize("shapes", _SHAPES.values(), ids=list(_SHAPES))
_sizes = pytest.mark.parametrize("max_bytes", [32, 100, 1472, 65_000])


def _adapter(shapes: AdapterShapes, seed: int = 1) -> Adapter:
    generator = np.random.default_rng(seed)
    vector = generator.standard_normal(shapes.entries) * 10.0 ** generator.uniform(-4, 4, shapes.entries)
    return Adapter.from_vector(shapes, vector.astype(np.float32))


def _encode(part: object, shapes: AdapterShapes, max_bytes: int) -> tuple[Codec, Payload, list[NDArray[np.bool_]]]:
    codec = Codec.parse(part)
    payload = codec.encode(_adapter(shapes), shapes, max_bytes)
    return codec, payload, [codec.decode([fragment], shapes)[1] for fragment in payload.fragments]


@_parts
@_shapes
@_sizes
def test_the_plan_is_what_encoding_gives(part: object, shapes: AdapterShapes, max_bytes: int) -> None:
    codec, payload, masks = _encode(part, shapes, max_bytes)
    plan = codec.plan(shapes, max_bytes)
    assert all(0 < len(fragment) <= max_bytes for fragment in payload.fragments)
    if plan is not None:
        assert plan.fragment_bytes == tuple(len(fragment) for fragment in payload.fragments)
        assert plan.fragment_entries == tuple(int(mask.sum()) for mask in masks)
        assert plan.size_bits == payload.size_bits


@_parts
@_shapes
@_sizes
def test_the_plan_does_not_depend_on_values(part: object, shapes: AdapterShapes, max_bytes: int) -> None:
    codec = Codec.parse(part)
    if codec.plan(shapes, max_bytes) is not None:
        for seed in (2, 3):
            fragments = codec.encode(_adapter(shapes, seed), shapes, max_bytes).fragments
            assert tuple(map(len, fragments)) == codec.plan(shapes, max_bytes).fragment_bytes


@_parts
@_shapes
@_sizes
def test_fragments_carry_different_entries(part: object, shapes: AdapterShapes, max_bytes: int) -> None:
    codec, payload, masks = _encode(part, shapes, max_bytes)
    assert np.sum(masks, axis=0).max() == 1
    assert np.array_equal(np.any(masks, axis=0), codec.decode(payload.fragments, shapes)[1])


@_parts
@_shapes
@_sizes
def test_any_subset_decodes_to_its_own_entries(part: object, shapes: AdapterShapes, max_bytes: int) -> None:
    codec, payload, masks = _encode(part, shapes, max_bytes)
    whole, _ = codec.decode(payload.fragments, shapes)
    generator = np.random.default_rng(5)
    for _ in range(5):
        kept = np.flatnonzero(generator.random(len(masks)) < 0.5)
        values, mask = codec.decode([payload.fragments[i] for i in generator.permutation(kept)], shapes)
        expected = np.any([masks[i] for i in kept], axis=0) if len(kept) else np.zeros(shapes.entries, dtype=bool)
        assert np.array_equal(mask, expected) and np.array_equal(values, np.where(expected, whole, 0.0))


@_parts
@_shapes
def test_nothing_decodes_to_nothing(part: object, shapes: AdapterShapes) -> None:
    values, mask = Codec.parse(part).decode([], shapes)
    assert values.shape == mask.shape == (shapes.entries,)
    assert values.dtype == np.float32 and not values.any() and not mask.any()


@_parts
@_shapes
def test_encoding_is_deterministic_and_leaves_its_input_alone(part: object, shapes: AdapterShapes) -> None:
    codec, adapter = Codec.parse(part), _adapter(shapes)
    before = adapter.vector().copy()
    assert codec.encode(adapter, shapes, 100) == codec.encode(adapter, shapes, 100)
    assert np.array_equal(adapter.vector(), before)


@pytest.mark.parametrize("values", ["fp32", "fp16"])
@_shapes
@_sizes
def test_dense_covers_every_entry(values: str, shapes: AdapterShapes, max_bytes: int) -> None:
    codec, payload, _ = _encode({"kind": "dense", "values": values}, shapes, max_bytes)
    assert codec.decode(payload.fragments, shapes)[1].all()


@_shapes
@_sizes
def test_dense_fp32_is_the_identity_bit_for_bit(shapes: AdapterShapes, max_bytes: int) -> None:
    codec = Codec.parse({"kind": "dense", "values": "fp32"})
    vector = _adapter(shapes).vector()
    vector[:4] = [np.float32(-0.0), np.inf, 1e-45, np.finfo(np.float32).max][: len(vector)]
    payload = codec.encode(Adapter.from_vector(shapes, vector), shapes, max_bytes)
    assert codec.decode(payload.fragments, shapes)[0].tobytes() == vector.tobytes()


@_sizes
def test_dense_fp16_rounds_to_nearest(max_bytes: int) -> None:
    """Relative error <= 2^-11 in the normal range; saturation beyond the largest binary16."""
    shapes = _SHAPES["head only"]
    vector = np.geomspace(6.2e-5, 65_504.0, shapes.entries).astype(np.float32)
    vector[1::2] *= -1.0
    vector[0], vector[1] = 1e6, -1e30
    codec = Codec.parse({"kind": "dense", "values": "fp16"})
    payload = codec.encode(Adapter.from_vector(shapes, vector.astype(np.float32)), shapes, max_bytes)
    decoded = codec.decode(payload.fragments, shapes)[0]
    assert (np.abs(decoded[2:] - vector[2:]) <= 2.0**-11 * np.abs(vector[2:])).all()
    assert decoded[:2].tolist() == [65_504.0, -65_504.0]
