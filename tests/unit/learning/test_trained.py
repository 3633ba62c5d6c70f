from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.learning.trained import root_mean_square


def test_every_example_counts_alike_whatever_its_minibatch() -> None:
    assert root_mean_square([np.array([1.0, 2.0, 2.0]), np.array([4.0])]) == pytest.approx(2.5)


def test_no_steps_no_loss() -> None:
    assert math.isnan(root_mean_square([]))
