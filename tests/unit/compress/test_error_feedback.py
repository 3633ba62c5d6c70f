from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.compress import Codec, Source
from wfsim.compress.dense import Dense
from wfsim.compress.error_feedback import ErrorFeedback
from wfsim.compress.qr_core import QrCore
from wfsim.compress.soft import Soft
from wfsim.messages import Adapter, AdapterShapes, PairShape, TensorShape

_SHAPES = AdapterShapes(rank=4, pairs=(PairShape("q", 12, 9),), dense=(TensorShape("head", (5,)),))


def _adapter(seed: int, shapes: AdapterShapes = _SHAPES) -> Adapter:
    vector = np.random.default_rng(seed).standard_normal(shapes.entries)
    return Adapter.from_vector(shapes, vector.astype(np.float32))


def _source() -> Source:
    return Source(start=_adapter(1), generator=np.random.default_rng(3))


def test_what_was_sent_is_forgotten_and_the_rest_remembered() -> None:
    """fp32: a rank is either sent exactly or remembered exactly."""
    codec, delta = ErrorFeedback(inner=Soft(keep=1, values="fp32", head="fp32")), _adapter(2)
    payload = codec.encode(delta, _SHAPES, 1472, _source())
    rest = _SHAPES.split(codec.remainder(delta, payload, np.zeros(len(payload.fragments), dtype=bool), _SHAPES))
    whole = _SHAPES.split(delta.vector())
    sent = ~rest[1].any(axis=0)
    assert sent.sum() == 1 and not rest[0][sent].any() and not rest[2].any()
    assert np.array_equal(rest[1][:, ~sent], whole[1][:, ~sent]) and np.array_equal(rest[0][~sent], whole[0][~sent])


@pytest.mark.parametrize("on", ["encoded", "acked"])
def test_what_was_lost_on_the_way_is_remembered_only_if_acknowledged(on: str) -> None:
    codec, delta = ErrorFeedback(inner=Dense(values="fp32"), on=on), _adapter(2)
    payload = codec.encode(delta, _SHAPES, 100, _source())
    arrived = np.arange(len(payload.fragments)) % 2 == 0
    came = codec.decode([f for f, a in zip(payload.fragments, arrived, strict=True) if a], _SHAPES)[1]
    rest = codec.remainder(delta, payload, arrived, _SHAPES)
    assert np.array_equal(rest, np.where(came, 0.0, delta.vector()) if on == "acked" else np.zeros(_SHAPES.entries))
    assert codec.acknowledged == (on == "acked")


def test_frozen_and_diverged_entries_are_not_remembered() -> None:
    frozen = AdapterShapes(rank=4, pairs=_SHAPES.pairs, dense=_SHAPES.dense, factors="b")
    vector = _adapter(2, frozen).vector()
    vector[frozen.offsets[1]] = np.nan
    delta, codec = Adapter.from_vector(frozen, vector), ErrorFeedback(inner=Soft(keep=1))
    payload = codec.encode(delta, frozen, 1472, _source())
    rest = codec.remainder(delta, payload, np.ones(len(payload.fragments), dtype=bool), frozen)
    assert not rest[~frozen.trained].any() and np.isfinite(rest).all() and rest[frozen.trained].any()


def test_memory_brings_every_rank_through_in_the_end() -> None:
    """A constant update at 1 of 4 ranks: the mean of what is decoded over 40 rounds comes near it."""
    codec, delta = ErrorFeedback(inner=Soft(keep=1)), _adapter(2).vector()
    memory, total = np.zeros_like(delta), np.zeros_like(delta)
    for _ in range(40):
        values = Adapter.from_vector(_SHAPES, delta + memory)
        payload = codec.encode(values, _SHAPES, 1472, _source())
        memory = codec.remainder(values, payload, np.ones(len(payload.fragments), dtype=bool), _SHAPES)
        total += codec.decode(payload.fragments, _SHAPES)[0]
    assert np.linalg.norm(total / 40 - delta) < 0.15 * np.linalg.norm(delta)
    assert total + memory == pytest.approx(40 * delta, rel=1e-4, abs=1e-4)


def test_it_is_as_adjustable_as_what_it_wraps() -> None:
    soft, dense = ErrorFeedback(inner=Soft(), on="acked"), ErrorFeedback(inner=Dense())
    assert soft.adjustable and not dense.adjustable and soft.has_memory
    assert soft.keeping(2) == ErrorFeedback(inner=Soft(keep=2), on="acked")
    assert not soft.fixed and soft.keeping(2).fixed
    assert np.array_equal(
        soft.dropped_energy(_adapter(2), _SHAPES, _source()), Soft().dropped_energy(_adapter(2), _SHAPES, _source())
    )
    assert ErrorFeedback(inner=QrCore()).additive and not soft.additive


def test_yaml_form_and_nesting() -> None:
    assert Codec.parse({"kind": "error_feedback", "inner": "dense"}) == ErrorFeedback(inner=Dense())
    with pytest.raises(ValidationError, match="error_feedback remembers already"):
        ErrorFeedback(inner=ErrorFeedback(inner=Dense()))
