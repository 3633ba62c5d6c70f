from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.evaluation import score

SHARDS = {"a": np.array([0, 1]), "b": np.array([2]), "c": np.array([], np.int64)}


def test_examples_count_alike_without_weights() -> None:
    found = score(np.array([1.0, 2.0, 6.0]), np.array([True, False, True]), shards=SHARDS)
    assert (found.loss, found.accuracy) == (3.0, pytest.approx(2 / 3))
    assert found.device_accuracy == {"a": 0.5, "b": 1.0, "c": None}


def test_examples_of_a_language_model_count_by_their_tokens() -> None:
    found = score(np.array([1.0, 2.0, 6.0]), np.array([1.0, 0.5, 0.0]), np.array([2.0, 6.0, 2.0]), shards=SHARDS)
    assert (found.loss, found.accuracy) == (pytest.approx(2.6), pytest.approx(0.5))
    assert found.device_accuracy == {"a": pytest.approx(5 / 8), "b": 0.0, "c": None}
