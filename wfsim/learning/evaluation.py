"""Scores of an adapter on held-out data, overall and for each device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Score:
    """Share of held-out examples classified right, mean cross entropy in nats, and accuracy on each device's part.

    A device's part follows its own class proportions; it is None where the device holds no held-out example.
    """

    accuracy: float
    loss: float
    device_accuracy: Mapping[str, float | None]


def score(losses: NDArray[np.float64], correct: NDArray[np.bool_], shards: Mapping[str, NDArray[np.int64]]) -> Score:
    """A score from per-example losses [n] and hits [n] and each device's held-out indices."""
    return Score(
        accuracy=float(correct.mean()),
        loss=float(losses.mean(dtype=np.float64)),
        device_accuracy={device: float(correct[own].mean()) if len(own) else None for device, own in shards.items()},
    )
