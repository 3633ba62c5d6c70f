"""Scores of an adapter on held-out data, overall and for each device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Score:
    """Share of held-out examples classified right, mean cross entropy in nats, and accuracy on each device's part.

    Of a language model: share of next tokens, cross entropy per token. A device's part follows its own class
    proportions; it is None where the device holds no held-out example.
    """

    accuracy: float
    loss: float
    device_accuracy: Mapping[str, float | None]


def score(
    losses: NDArray[np.float64],
    correct: NDArray[Any],
    weights: NDArray[np.float64] | None = None,
    *,
    shards: Mapping[str, NDArray[np.int64]],
) -> Score:
    """A score from per-example losses [n], hits (or shares of them) [n], weights [n] (None: all alike), and the
    held-out indices of each device."""
    return Score(
        accuracy=_mean(correct, weights),
        loss=_mean(losses, weights),
        device_accuracy={
            device: _mean(correct[own], None if weights is None else weights[own]) if len(own) else None
            for device, own in shards.items()
        },
    )


def _mean(values: NDArray[Any], weights: NDArray[np.float64] | None) -> float:
    if weights is None:
        return float(values.mean(dtype=np.float64))
    return float(np.dot(values, weights) / weights.sum())
