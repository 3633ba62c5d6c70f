"""Laws of every registered codec over random adapters, packet sizes and losses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfsim.compress import Codec, Source
from wfsim.contracts import example
from wfsim.messages import Adapter, AdapterShapes, PairShape, TensorShape

_PLAIN = sorted(
    kind for kind, codec in Codec.kinds.items() if codec.__module__.startswith("wfsim.") and not codec.has_memory
)
_RANKWISE = [
    {"kind": "soft", "keep": 2, "scope": "global"},
    {"kind": "soft", "scope": "global", "budget_bytes": 3000, "values": "int4"},
    {"kind": "random_ranks", "keep": 1, "rounding": "stochastic"},
    {"kind": "qr_core", "keep": 1},
]
_FORMATS = [
    {"kind": "dense", "values": "sign"},
    {"kind": "dense", "values": "bf16", "rounding": "stochastic"},
    {"kind": "qsgd", "levels": 1, "bucket_entries": 7},
    {"kind": "zlib", "inner": {"kind": "dense", "values": "int4"}},
    {"kind": "zstd", "inner": {"kind": "top_k", "values": "sign"}},
]
_SINGLE = [
    {"kind": "top_k", "scope": "matrix", "values": "sign"},
    {"kind": "random_k", "mask": "seeded", "scope": "matrix"},
    {"kind": "random_k", "mask": "common", "values": "int4"},
]
_CODECS = [*_PLAIN, *_RANKWISE, *_FORMATS, *_SINGLE]
_every_codec = pytest.mark.parametrize("form", _CODECS, ids=str)
_few = settings(derandomize=True, max_examples=15, deadline=None)


@st.composite
def shapes_of_adapters(draw: st.DrawFn) -> AdapterShapes:
    sizes = draw(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 20)), max_size=3))
    pairs = tuple(PairShape(f"m{i}", *size) for i, size in enumerate(sizes))
    dense = () if pairs and draw(st.booleans()) else (TensorShape("head", (draw(st.integers(1, 40)), 3)),)
    return AdapterShapes(
        rank=draw(st.integers(1, 4)), pairs=pairs, dense=dense, factors=draw(st.sampled_from(["both", "b"]))
    )


def codec_of(form: str | dict) -> Codec:
    return example(Codec.kinds[form]) if isinstance(form, str) else Codec.parse(form)


def adapter(shapes: AdapterShapes, seed: int) -> Adapter:
    vector = np.random.default_rng(seed).standard_normal(shapes.entries)
    return Adapter.from_vector(shapes, vector.astype(np.float32))


def source(shapes: AdapterShapes, seed: int = 0) -> Source:
    return Source(start=adapter(shapes, 77), generator=np.random.default_rng(seed))


@_every_codec
@_few
@given(shapes=shapes_of_adapters(), max_bytes=st.integers(60, 1500), seed=st.integers(0, 99), data=st.data())
def test_any_subset_of_packets_decodes_and_the_stated_size_is_the_real_one(
    form: str | dict, shapes: AdapterShapes, max_bytes: int, seed: int, data: st.DataObject
) -> None:
    codec = codec_of(form)
    payload = codec.encode(adapter(shapes, seed), shapes, max_bytes, source(shapes))
    plan = codec.plan(shapes, max_bytes)
    assert plan is None or plan.fragment_bytes == tuple(map(len, payload.fragments))
    assert payload.size_bits == 8 * len(b"".join(payload.fragments)) and max(map(len, payload.fragments)) <= max_bytes
    arrived = data.draw(st.lists(st.booleans(), min_size=len(payload.fragments), max_size=len(payload.fragments)))
    kept = [fragment for fragment, came in zip(payload.fragments, arrived, strict=True) if came]
    values, mask = codec.decode(kept, shapes)
    whole, everything = codec.decode(payload.fragments, shapes)
    assert np.array_equal(everything, shapes.trained) and not (mask & ~everything).any() and not values[~mask].any()
    assert codec.additive or np.array_equal(values[mask], whole[mask])


@_every_codec
@_few
@given(shapes=shapes_of_adapters(), seed=st.integers(0, 99), on=st.sampled_from(["encoded", "acked"]), data=st.data())
def test_error_feedback_keeps_the_residual_exactly(
    form: str | dict, shapes: AdapterShapes, seed: int, on: str, data: st.DataObject
) -> None:
    codec = Codec.parse({"kind": "error_feedback", "inner": codec_of(form), "on": on})
    values = adapter(shapes, seed)
    payload = codec.encode(values, shapes, 200, source(shapes))
    count = len(payload.fragments)
    arrived = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    received = arrived if on == "acked" else np.ones(count, dtype=bool)
    decoded = codec.decode([f for f, came in zip(payload.fragments, received, strict=True) if came], shapes)[0]
    rest = codec.remainder(values, payload, arrived, shapes)
    assert rest.dtype == np.float32
    assert np.array_equal(rest, np.where(shapes.trained, values.vector() - decoded, np.float32(0.0)))


_RANDOM_K = {"kind": "random_k", "keep_share": 0.3, "unbiased": True, "mask": "seeded", "scope": "matrix"}
_UNBIASED = [
    {"kind": "dense", "values": "int4", "rounding": "stochastic"},
    {"kind": "dense", "values": "int8", "rounding": "stochastic"},
    {"kind": "dense", "values": "fp16", "rounding": "stochastic"},
    {"kind": "dense", "values": "bf16", "rounding": "stochastic"},
    {"kind": "dense", "values": "sign", "rounding": "stochastic"},
    {"kind": "qsgd", "levels": 1, "bucket_entries": 32},
    {**_RANDOM_K, "values": "int4", "head": "int4", "rounding": "stochastic"},
    {"kind": "soft", "values": "int4", "head": "int4", "rounding": "stochastic"},
    {"kind": "random_ranks", "keep": 1, "unbiased": True, "values": "fp32", "head": "fp32"},
    {"kind": "random_ranks", "keep": 3, "unbiased": True, "values": "int4", "head": "int4", "rounding": "stochastic"},
]
_SHAPES = AdapterShapes(rank=4, pairs=(PairShape("q", 9, 6),), dense=(TensorShape("head", (11,)),))


@pytest.mark.parametrize("form", _UNBIASED, ids=str)
def test_the_mean_over_draws_is_the_update(form: dict) -> None:
    """Every entry within 4.5 standard errors of 3000 draws; entries that are always exact within rounding."""
    codec, values = Codec.parse(form), adapter(_SHAPES, 5)
    generator = np.random.default_rng(6)
    drawn = np.empty((3000, _SHAPES.entries))
    for row in drawn:
        payload = codec.encode(values, _SHAPES, 1472, Source(start=values, generator=generator))
        row[:] = codec.decode(payload.fragments, _SHAPES)[0]
    error = np.abs(drawn.mean(axis=0) - values.vector())
    assert (error <= 4.5 * drawn.std(axis=0) / np.sqrt(len(drawn)) + 1e-6).all()
    assert (drawn.std(axis=0) > 0.0).mean() > 0.8


@pytest.mark.parametrize("form", [kind for kind in _PLAIN if "values" in Codec.kinds[kind].model_fields])
def test_fewer_bits_are_coarser(form: str) -> None:
    """A quantiser that does nothing looks plausible: int4 that equals int8 gives it away."""
    shapes, errors, bits = _SHAPES, {}, {}
    for kind in ("fp32", "int8", "int4"):
        fields = {"values": kind} if form == "dense" else {"values": kind, "head": kind}
        codec = example(Codec.kinds[form]).model_copy(update=fields)
        values = adapter(shapes, 8)
        payload = codec.encode(values, shapes, 1472, source(shapes))
        exact = codec.model_copy(update=dict.fromkeys(fields, "fp32"))
        reference = exact.decode(exact.encode(values, shapes, 1472, source(shapes)).fragments, shapes)[0]
        errors[kind] = float(np.linalg.norm(codec.decode(payload.fragments, shapes)[0] - reference))
        bits[kind] = payload.size_bits
    assert errors["fp32"] == 0.0 < 4.0 * errors["int8"] < errors["int4"]
    assert bits["fp32"] > bits["int8"] > bits["int4"]
