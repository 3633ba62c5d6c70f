"""False devices: who they are and what they send."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.attack.noise import Noise
from wfsim.learning.attack.sign_flip import SignFlip
from wfsim.rng import Streams

DEVICES = [f"d{number:05d}" for number in range(1, 21)]


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.2, 4), (0.24, 4), (0.25, 5), (1.0, 20)])
def test_as_many_as_stated_are_false(share: float, count: int) -> None:
    assert len(SignFlip(share=share).attackers(Streams(1), DEVICES)) == count


def test_who_is_false_depends_on_the_seed() -> None:
    assert len({SignFlip().attackers(Streams(seed), DEVICES) for seed in range(5)}) > 1


def test_the_opposite_of_what_was_learned() -> None:
    sent = SignFlip(scale=3.0).sent(np.array([1.0, 0.0, -0.5], np.float32), np.random.default_rng(1))
    assert sent.tolist() == [-3.0, 0.0, 1.5]


def test_noise_is_as_large_as_stated() -> None:
    """rms 2 over what was learned, times 5: standard deviation 10, |x - ref| < 4.5 standard errors."""
    delta = np.where(np.arange(20_000) % 2 == 0, 0.0, 2.0)
    sent = Noise(scale=5.0).sent(delta, np.random.default_rng(1))[delta != 0.0]
    assert abs(sent.std() - 10.0) < 4.5 * 10.0 / np.sqrt(2 * len(sent))
    assert abs(sent.mean()) < 4.5 * 10.0 / np.sqrt(len(sent))
