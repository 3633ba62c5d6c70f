from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.spectrum import AssumedSpectrum
from wfsim.messages import AdapterShapes, PairShape, TensorShape
from wfsim.rng import Streams

STREAMS = Streams(3)
SHAPES = AdapterShapes(
    rank=8, pairs=(PairShape("q", 12, 10), PairShape("v", 9, 14)), dense=(TensorShape("head", (5, 12)),)
)
FROZEN = AdapterShapes(rank=8, pairs=SHAPES.pairs, dense=SHAPES.dense, factors="b")


def test_without_spread_it_is_the_power_law() -> None:
    energies = AssumedSpectrum(exponent=2.0, sigma=0.0).energies(STREAMS, "d", 1, 4)
    assert energies == pytest.approx(np.array([1, 1 / 4, 1 / 9, 1 / 16]) / (1 + 1 / 4 + 1 / 9 + 1 / 16))


def test_energies_fall_sum_to_one_and_are_addressed_by_device_and_round() -> None:
    spectrum = AssumedSpectrum()
    first = spectrum.energies(STREAMS, "d00001", 1, 8)
    assert first.sum() == pytest.approx(1.0) and (np.diff(first) <= 0.0).all() and (first > 0.0).all()
    assert np.array_equal(first, spectrum.energies(Streams(3), "d00001", 1, 8))
    others = [spectrum.energies(STREAMS, d, r, 8) for d, r in (("d00002", 1), ("d00001", 2))]
    assert not any(np.array_equal(first, other) for other in others)


def test_the_spread_is_that_of_a_log_normal() -> None:
    """Under a flat law the logarithms of the energies of a round have the standard deviation sigma."""
    flat = AssumedSpectrum(exponent=0.0, sigma=0.7)
    found = np.array([np.log(flat.energies(STREAMS, "d", r, 40)).var(ddof=1) for r in range(200)])
    assert abs(found.mean() - 0.49) < 4.5 * found.std() / np.sqrt(len(found))


def test_what_is_dropped_is_the_tail() -> None:
    spectrum = AssumedSpectrum()
    energies, dropped = (f(STREAMS, "d", 5, 6) for f in (spectrum.energies, spectrum.dropped))
    assert dropped == pytest.approx([energies[kept:].sum() for kept in range(1, 7)])
    assert dropped[-1] == 0.0 and (np.diff(dropped) < 0.0).all()
    assert spectrum.dropped(STREAMS, "d", 5, 1).tolist() == [0.0]


@pytest.mark.parametrize("shapes", [SHAPES, FROZEN], ids=["both", "b"])
def test_an_assumed_update_has_the_assumed_spectrum_in_every_matrix(shapes) -> None:
    spectrum = AssumedSpectrum()
    update = spectrum.assumed_update(shapes, STREAMS, "d", 2)
    energies, order = spectrum.energies(STREAMS, "d", 2, 8), []
    for pair in update.pairs.values():
        of_a = 1.0 if shapes is FROZEN else np.square(pair.a.astype(float)).sum(axis=1)
        found = np.square(pair.b.astype(float)).sum(axis=0) * of_a
        assert np.sort(found / found.sum())[::-1] == pytest.approx(energies, rel=1e-5)
        order.append(np.argsort(found).tolist())
    assert order[0] != order[1] and sorted(order[0]) != order[0]


def test_an_assumed_update_fits_its_shapes() -> None:
    spectrum = AssumedSpectrum()
    both, frozen = (spectrum.assumed_update(shapes, STREAMS, "d", 2) for shapes in (SHAPES, FROZEN))
    for shapes, update in ((SHAPES, both), (FROZEN, frozen)):
        vector = update.vector()
        assert vector.dtype == np.float32 and vector.shape == (shapes.entries,)
        assert np.array_equal(vector != 0.0, shapes.trained)
        assert [part.shape for part in shapes.split(vector)] == [tensor.shape for tensor in shapes.tensors]
    again = spectrum.assumed_update(SHAPES, Streams(3), "d", 2)
    assert np.array_equal(both.vector(), again.vector())
    assert not np.array_equal(both.vector(), spectrum.assumed_update(SHAPES, STREAMS, "d", 3).vector())
    assert abs(both.dense["head"].std() - 0.02) < 4.5 * 0.02 / np.sqrt(2 * both.dense["head"].size)
