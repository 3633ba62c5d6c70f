from __future__ import annotations

import numpy as np
import pytest

from wfsim.compress import Source
from wfsim.compress.dense import Dense
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
_shapes = pytest.mark.parametrize("shapes", _SHAPES.values(), ids=list(_SHAPES))
_sizes = pytest.mark.parametrize("max_bytes", [32, 100, 1472, 65_000])


def _adapter(shapes: AdapterShapes, seed: int = 1) -> Adapter:
    generator = np.random.default_rng(seed)
    vector = generator.standard_normal(shapes.entries) * 10.0 ** generator.uniform(-4, 4, shapes.entries)
    return Adapter.from_vector(shapes, vector.astype(np.float32))


def _encoded(codec: Dense, vector: np.ndarray, shapes: AdapterShapes, max_bytes: int, seed: int = 3) -> Payload:
    adapter = Adapter.from_vector(shapes, vector)
    return codec.encode(adapter, shapes, max_bytes, Source(start=adapter, generator=np.random.default_rng(seed)))


@pytest.mark.parametrize("values", ["fp32", "fp16", "int8", "int4"])
@_shapes
@_sizes
def test_dense_covers_every_entry(values: str, shapes: AdapterShapes, max_bytes: int) -> None:
    codec = Dense(values=values)
    payload = _encoded(codec, _adapter(shapes).vector(), shapes, max_bytes)
    assert codec.decode(payload.fragments, shapes)[1].all()


@_shapes
@_sizes
def test_dense_fp32_is_the_identity_bit_for_bit(shapes: AdapterShapes, max_bytes: int) -> None:
    codec = Dense(values="fp32")
    vector = _adapter(shapes).vector()
    vector[:4] = [np.float32(-0.0), np.inf, 1e-45, np.finfo(np.float32).max][: len(vector)]
    payload = _encoded(codec, vector, shapes, max_bytes)
    assert codec.decode(payload.fragments, shapes)[0].tobytes() == vector.tobytes()


@_sizes
def test_dense_fp16_rounds_to_nearest(max_bytes: int) -> None:
    """Relative error <= 2^-11 in the normal range; saturation beyond the largest binary16."""
    shapes = _SHAPES["head only"]
    vector = np.geomspace(6.2e-5, 65_504.0, shapes.entries).astype(np.float32)
    vector[1::2] *= -1.0
    vector[0], vector[1] = 1e6, -1e30
    codec = Dense(values="fp16")
    payload = _encoded(codec, vector.astype(np.float32), shapes, max_bytes)
    decoded = codec.decode(payload.fragments, shapes)[0]
    assert (np.abs(decoded[2:] - vector[2:]) <= 2.0**-11 * np.abs(vector[2:])).all()
    assert decoded[:2].tolist() == [65_504.0, -65_504.0]


@pytest.mark.parametrize(("values", "largest"), [("int8", 127), ("int4", 7)])
@_sizes
def test_integers_err_by_half_a_step_of_their_run(values: str, largest: int, max_bytes: int) -> None:
    """Each tensor has its own scale, so a small bias beside a large head keeps its digits."""
    shapes, codec = _SHAPES["mixed"], Dense(values=values)
    vector = _adapter(shapes).vector()
    vector[shapes.offsets[-2] :] = np.linspace(-1e-3, 1e-3, 10)
    decoded = codec.decode(_encoded(codec, vector, shapes, max_bytes).fragments, shapes)[0]
    assert np.abs(decoded - vector)[-10:].max() <= 1e-3 * (0.5 / largest + 2.0**-22)


def test_a_small_tensor_keeps_its_own_scale_in_a_shared_fragment() -> None:
    """4 of header, then 10 of run, 4 of scale and half a byte per entry (700 and 3)."""
    shapes = AdapterShapes(rank=1, pairs=(), dense=(TensorShape("head", (700,)), TensorShape("bias", (3,))))
    vector = np.concatenate([np.full(700, 1e4), [1e-4, -1e-4, 0.0]]).astype(np.float32)
    codec = Dense(values="int4")
    payload = _encoded(codec, vector, shapes, 1472)
    assert [len(fragment) for fragment in payload.fragments] == [4 + 14 + 350 + 14 + 2]
    assert codec.decode(payload.fragments, shapes)[0] == pytest.approx(vector, rel=1e-6)


def test_frozen_factors_do_not_fly() -> None:
    shapes = AdapterShapes(rank=4, pairs=(PairShape("q", 48, 32),), dense=(TensorShape("head", (10,)),), factors="b")
    codec = Dense(values="fp16")
    assert sum(codec.plan(shapes, 1472).fragment_entries) == 4 * 48 + 10
    decoded, mask = codec.decode(_encoded(codec, _adapter(shapes).vector(), shapes, 1472).fragments, shapes)
    assert not mask[: 4 * 32].any() and not decoded[: 4 * 32].any() and mask[4 * 32 :].all()


def test_a_head_in_its_own_format_comes_first() -> None:
    shapes, codec = _SHAPES["mixed"], Dense(values="int4", head="fp32")
    vector = _adapter(shapes).vector()
    payload = _encoded(codec, vector, shapes, 1472)
    decoded, mask = codec.decode(payload.fragments[:1], shapes)
    head = slice(shapes.offsets[4], shapes.entries)
    assert np.array_equal(decoded[head], vector[head]) and mask[head].all() and not mask[: shapes.offsets[4]].any()


def test_rounding_at_random_draws_from_the_source() -> None:
    shapes, codec = _SHAPES["head only"], Dense(values="int4", rounding="stochastic")
    vector = _adapter(shapes).vector()
    first, same, other = (_encoded(codec, vector, shapes, 1472, seed) for seed in (3, 3, 4))
    assert first == same != other
