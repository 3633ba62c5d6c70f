from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from wfsim.learning.local import LocalTraining
from wfsim.rng import Streams

INDICES = np.arange(100, 121)  # 21 examples: minibatches of 8, 8 and 5
TWO_EPOCHS = LocalTraining(epochs=2, batch_size=8)


def batches(local: LocalTraining, steps: int | None = None) -> list[list[int]]:
    return [batch.tolist() for batch in local.batches(Streams(1), "d", 3, INDICES, steps)]


@pytest.mark.parametrize("steps", [1, 3, 4, 6])
def test_fewer_steps_are_a_prefix(steps) -> None:
    assert batches(TWO_EPOCHS, steps) == batches(TWO_EPOCHS)[:steps]
    assert len(batches(TWO_EPOCHS)) == TWO_EPOCHS.step_count(len(INDICES)) == 6


@pytest.mark.parametrize("steps", [None, 1, 2, 3, 4, 6])
@pytest.mark.parametrize("local", [TWO_EPOCHS, LocalTraining(steps=5, batch_size=8)], ids=["epochs", "steps"])
def test_examples_are_those_of_the_minibatches(local, steps) -> None:
    assert local.example_count(len(INDICES), steps) == sum(map(len, batches(local, steps)))


def test_every_epoch_sees_every_example_once() -> None:
    first, second = batches(TWO_EPOCHS)[:3], batches(TWO_EPOCHS)[3:]
    assert sorted(chain(*first)) == sorted(chain(*second)) == INDICES.tolist() and first != second
