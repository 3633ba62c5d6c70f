from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from wfsim.compress import Source
from wfsim.compress.qr_core import QrCore
from wfsim.messages import Adapter, AdapterShapes, PairShape, Payload, TensorShape

_PAIRS = (PairShape("q", 12, 9), PairShape("v", 7, 10))
_SHAPES = AdapterShapes(rank=3, pairs=_PAIRS, dense=(TensorShape("head", (5,)),))
_FROZEN = AdapterShapes(rank=3, pairs=_PAIRS, dense=(TensorShape("head", (5,)),), factors="b")


def _adapter(seed: int, shapes: AdapterShapes = _SHAPES) -> Adapter:
    vector = np.random.default_rng(seed).standard_normal(shapes.entries)
    return Adapter.from_vector(shapes, vector.astype(np.float32))


def _encoded(codec: QrCore, max_bytes: int = 1472, shapes: AdapterShapes = _SHAPES) -> Payload:
    source = Source(start=_adapter(1, shapes), generator=np.random.default_rng(3))
    return codec.encode(_adapter(2, shapes), shapes, max_bytes, source)


def _by_full_svd(matrix: int, keep: int, shapes: AdapterShapes = _SHAPES) -> tuple[NDArray, NDArray]:
    """Projected deltas of b and a, by the SVD of the full product in float64."""
    start, delta = (list(_adapter(seed, shapes).pairs.values())[matrix] for seed in (1, 2))
    b, a, db, da = (x.astype(np.float64) for x in (start.b, start.a, delta.b, delta.a))
    if shapes.factors == "b":
        da = np.zeros_like(da)
    u, _, vt = np.linalg.svd((b + db) @ (a + da) - b @ a)
    return u[:, :keep] @ u[:, :keep].T @ db, da @ vt[:keep].T @ vt[:keep]


@pytest.mark.parametrize("shapes", [_SHAPES, _FROZEN], ids=["both", "b"])
@pytest.mark.parametrize("keep", [1, 2])
@pytest.mark.parametrize("max_bytes", [50, 1472])
def test_deltas_are_projected_on_the_singular_directions_of_the_change(
    keep: int, max_bytes: int, shapes: AdapterShapes
) -> None:
    codec = QrCore(keep=keep, values="fp32", head="fp32")
    values, mask = codec.decode(_encoded(codec, max_bytes, shapes).fragments, shapes)
    tensors = shapes.split(values)
    for matrix in (0, 1):
        b, a = _by_full_svd(matrix, keep, shapes)
        assert tensors[2 * matrix + 1] == pytest.approx(b, abs=3e-6)
        assert tensors[2 * matrix] == pytest.approx(a, abs=3e-6)
    assert np.array_equal(mask, shapes.trained)
    assert np.array_equal(tensors[-1], _adapter(2, shapes).dense["head"])


def test_all_directions_are_the_whole_update() -> None:
    codec = QrCore(values="fp32", head="fp32")
    decoded = codec.decode(_encoded(codec).fragments, _SHAPES)[0]
    assert decoded == pytest.approx(_adapter(2).vector(), abs=1e-5)


def test_sizes_by_hand() -> None:
    """Head 23; 4 + 1 of header; per direction 2 + (4 + 12) + (4 + 3) + (4 + 9) + (4 + 3) = 45, and 41 of the other."""
    codec = QrCore(keep=2)
    assert [len(fragment) for fragment in _encoded(codec).fragments] == [23, 5 + 2 * 45 + 2 * 41]
    assert codec.plan(_SHAPES, 1472).fragment_entries == (5, 2 * (21 + 6) + 2 * (17 + 6))


def test_the_best_direction_of_every_matrix_comes_first() -> None:
    """Each fragment holds a direction of both matrices; alone it decodes to the projection on that direction."""
    codec = QrCore(keep=3, values="fp32")
    fragments = _encoded(codec, max_bytes=300).fragments[1:]
    alone = [_SHAPES.split(codec.decode([fragment], _SHAPES)[0])[1] for fragment in fragments]
    assert len(fragments) == 3
    for k in range(1, 4):
        assert sum(alone[:k]) == pytest.approx(_by_full_svd(0, k)[0], abs=3e-6)


def test_a_budget_goes_to_the_directions_of_most_energy_per_byte() -> None:
    codec = QrCore(budget_bytes=23 + 5 + 45 + 8)
    source = Source(start=_adapter(1), generator=np.random.default_rng(3))
    delta = _adapter(2)
    scaled = _SHAPES.split(delta.vector())
    scaled[2] *= 1e-3
    scaled[3] *= 1e-3
    payload = codec.encode(
        delta.from_vector(_SHAPES, np.concatenate([t.ravel() for t in scaled])), _SHAPES, 1472, source
    )
    values, mask = codec.decode(payload.fragments, _SHAPES)
    tensors = _SHAPES.split(values)
    assert tensors[1].any() and not tensors[2].any() and not tensors[3].any() and mask.all()
    assert 23 + 5 + 45 <= payload.size_bits / 8 <= codec.budget_bytes


def test_an_update_of_zeros_decodes_to_zeros() -> None:
    codec = QrCore(keep=2)
    zeros = Adapter.from_vector(_SHAPES, np.zeros(_SHAPES.entries, dtype=np.float32))
    source = Source(start=_adapter(1), generator=np.random.default_rng(3))
    assert not codec.decode(codec.encode(zeros, _SHAPES, 1472, source).fragments, _SHAPES)[0].any()


@pytest.mark.parametrize("codec", [QrCore(keep=1), QrCore(budget_bytes=90)])
def test_an_update_that_diverged_arrives_as_such(codec: QrCore) -> None:
    vector = _adapter(2).vector()
    vector[_SHAPES.offsets[1]] = np.nan
    source = Source(start=_adapter(1), generator=np.random.default_rng(3))
    payload = codec.encode(Adapter.from_vector(_SHAPES, vector), _SHAPES, 1472, source)
    assert np.isnan(_SHAPES.split(codec.decode(payload.fragments, _SHAPES)[0])[1]).all()
