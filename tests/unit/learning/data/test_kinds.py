from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.learning.data import Data


def test_mnist5k_holds_a_hundred_test_images_of_each_of_ten_classes():
    dataset = Data.parse("mnist5k").load()
    assert dataset.train_inputs.shape == (4000, 28, 28)
    assert np.bincount(dataset.test_labels).tolist() == [100] * 10
    assert dataset.digest == "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"


def test_digits_are_scaled_from_sixteen_grey_levels():
    dataset = Data.parse("digits").load()
    assert dataset.train_inputs.shape == (1347, 8, 8)
    assert np.unique(dataset.train_inputs).tolist() == [round(level * 255 / 16) for level in range(17)]
    assert dataset.digest == "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"


def test_the_classes_of_digits_look_like_themselves():
    """A shuffled label column would leave nearest class means at chance, 0.1."""
    dataset = Data.parse("digits").load()
    train = dataset.train_inputs.reshape(-1, 64).astype(float)
    test = dataset.test_inputs.reshape(-1, 64).astype(float)
    means = np.array([train[dataset.train_labels == label].mean(axis=0) for label in range(10)])
    nearest = np.linalg.norm(test[:, None] - means, axis=2).argmin(axis=1)
    assert (nearest == dataset.test_labels).mean() > 0.85


@pytest.mark.parametrize("kind", ["mnist5k", "digits"])
def test_the_size_of_the_test_set_is_a_setting(kind):
    assert len(Data.parse({"kind": kind, "test_examples": 123}).load().test_labels) == 123
    with pytest.raises(ValidationError):
        Data.parse({"kind": kind, "test_examples": 5000})
