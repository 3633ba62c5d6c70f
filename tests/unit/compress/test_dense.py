from __future__ import annotations

import numpy as np
import pytest

from wfsim.compress.dense import Dense
from wfsim.messages import Adapter, AdapterShapes, PairShape, TensorShape

_SHAPES = {
    "small": AdapterShapes(rank=1, pairs=(PairShape("m", 1, 2),), dense=()),
    "mixed": AdapterShapes(
        rank=4,
        pairs=(PairShape("q", 48, 32), PairShape("v", 16, 50)),
        dense=(TensorShape("head", (10, 32)), TensorShape("bias", (10,))),
    ),
    "head only": AdapterShapes(rank=2, pairs=(), dense=(TensorShape("head", (700,)),)),
}
_shapes = pytest.mark.parametrize("shapes", _SHAPES.values(), ids=list(_SHAPES))
_sizes = pytest.mark.parametrize("max_bytes", [32, 100, 1472, 65_000])


def _adapter(shapes: AdapterShapes, seed: int = 1) -> Adapter:
    generator = np.random.default_rng(seed)
    vector = generator.standard_normal(shapes.entries) * 10.0 ** generator.uniform(-4, 4, shapes.entries)
    return Adapter.from_vector(shapes, vector.astype(np.float32))


@pytest.mark.parametrize("values", ["fp32", "fp16", "int8"])
@_shapes
@_sizes
def test_dense_covers_every_entry(values: str, shapes: AdapterShapes, max_bytes: int) -> None:
    codec = Dense(values=values)
    payload = codec.encode(_adapter(shapes), shapes, max_bytes)
    assert codec.decode(payload.fragments, shapes)[1].all()


@_shapes
@_sizes
def test_dense_fp32_is_the_identity_bit_for_bit(shapes: AdapterShapes, max_bytes: int) -> None:
    codec = Dense(values="fp32")
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
    codec = Dense(values="fp16")
    payload = codec.encode(Adapter.from_vector(shapes, vector.astype(np.float32)), shapes, max_bytes)
    decoded = codec.decode(payload.fragments, shapes)[0]
    assert (np.abs(decoded[2:] - vector[2:]) <= 2.0**-11 * np.abs(vector[2:])).all()
    assert decoded[:2].tolist() == [65_504.0, -65_504.0]
