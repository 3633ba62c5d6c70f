from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.compress import Codec, Source
from wfsim.messages import Adapter, AdapterShapes, PairShape, TensorShape

_SHAPES = AdapterShapes(rank=4, pairs=(PairShape("q", 64, 64),), dense=(TensorShape("head", (10, 64)),))
_wrappers = pytest.mark.parametrize("kind", ["zlib", "zstd"])
_INT4 = {"kind": "dense", "values": "int4"}


def _adapter(vector: np.ndarray) -> Adapter:
    return Adapter.from_vector(_SHAPES, vector.astype(np.float32))


def _encode(form: object, adapter: Adapter, max_bytes: int = 500) -> tuple[bytes, ...]:
    source = Source(start=adapter, generator=np.random.default_rng(1))
    return Codec.parse(form).encode(adapter, _SHAPES, max_bytes, source).fragments


@_wrappers
def test_what_is_likely_gets_shorter_and_what_is_random_a_byte_longer(kind: str) -> None:
    normal = _adapter(np.random.default_rng(2).standard_normal(_SHAPES.entries))
    few_levels = {"kind": "qsgd", "levels": 1, "bucket_entries": 64}  # nearly all are 0
    for inner, shrinks in ((few_levels, True), ({"kind": "dense", "values": "int8"}, False)):
        raw, packed = _encode(inner, normal, 499), _encode({"kind": kind, "inner": inner}, normal)
        assert len(raw) == len(packed)
        assert all(len(after) <= len(before) + 1 for before, after in zip(raw, packed, strict=True))
        assert (sum(map(len, packed)) < 0.75 * sum(map(len, raw))) == shrinks


@_wrappers
def test_the_flag_tells_raw_from_packed(kind: str) -> None:
    """One fragment of noise and one of zeros."""
    vector = np.concatenate([np.zeros(512), np.random.default_rng(2).standard_normal(_SHAPES.entries - 512)])
    form = {"kind": kind, "inner": {"kind": "dense", "values": "fp32"}}
    fragments = _encode(form, _adapter(vector), 400)
    flags = [fragment[0] for fragment in fragments]
    assert flags[0] == 1 and 0 in flags and len(fragments[0]) < 60
    decoded, mask = Codec.parse(form).decode(fragments, _SHAPES)
    assert mask.all() and np.array_equal(decoded, vector.astype(np.float32))
    with pytest.raises(ValueError, match=f"not a fragment of {kind}: flag"):
        Codec.parse(form).decode([b"\x07abc"], _SHAPES)


@_wrappers
def test_the_level_is_used(kind: str) -> None:
    adapter = _adapter(np.tile(np.random.default_rng(2).standard_normal(97), 20)[: _SHAPES.entries])
    sizes = [
        sum(map(len, _encode({"kind": kind, "level": level, "inner": _INT4}, adapter, 60_000))) for level in (1, 9)
    ]
    assert sizes[1] < sizes[0]


@_wrappers
def test_a_memory_belongs_around_it(kind: str) -> None:
    with pytest.raises(ValidationError, match="error_feedback remembers already"):
        Codec.parse({"kind": kind, "inner": {"kind": "error_feedback", "inner": "dense"}})


def test_what_it_adds_to_a_controllers_grant_is_the_wrapping_alone() -> None:
    codec = Codec.parse({"kind": "zlib", "inner": "soft"})
    assert codec.adjustable and not codec.fixed and codec.plan(_SHAPES, 500) is None
    assert codec.keeping(2) == Codec.parse({"kind": "zlib", "inner": {"kind": "soft", "keep": 2}})
