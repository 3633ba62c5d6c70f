"""Coverage of unreliable uploads over a channel that does not fade, through YAML."""

from __future__ import annotations

import math

import pytest

SCENARIO = [
    "radio.fading=none",
    "radio.link={kind: shannon, residual_loss: LOSS}",
    "learning.kind=none",
    "learning.local.steps=1",
    "stop.rounds=30",
]


@pytest.mark.parametrize("loss", [0.1, 0.3, 0.6])
def test_mean_coverage_is_one_minus_the_loss(play, loss: float) -> None:
    lines = play("lossy.yaml", [text.replace("LOSS", str(loss)) for text in SCENARIO])
    coverages = [line["coverage"] for line in lines if line["type"] == "update_arrived"]
    mean = sum(coverages) / len(coverages)
    variance = sum((c - mean) ** 2 for c in coverages) / (len(coverages) - 1)
    assert len(coverages) == 600
    assert abs(mean - (1.0 - loss)) < 4.5 * math.sqrt(variance / len(coverages))
