"""Local training: how many steps, on which minibatches."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.learning.optimizer import Optimizer
from wfsim.learning.optimizer.adamw import AdamW
from wfsim.part import Section
from wfsim.rng import Streams

Indices = NDArray[np.int64]


class LocalTraining(Section):
    """One device's work in a round: whole epochs over its examples, or a fixed number of optimiser steps.

    Each epoch visits the device's examples in a fresh order addressed by (device, round), in minibatches of
    `batch_size`, the last of an epoch being what is left.
    """

    epochs: int = Field(1, ge=1, description="passes over the device's examples")
    steps: int | None = Field(None, ge=1, description="optimiser steps; when given, they count instead of epochs")
    batch_size: int = Field(16, ge=1, le=4096, description="examples per step")
    optimizer: Optimizer = Field(AdamW(lr=1e-2), description="fresh in every round")

    def step_count(self, examples: int) -> int:
        """Optimiser steps of one round on `examples` >= 1 examples."""
        return self.steps or self.epochs * math.ceil(examples / self.batch_size)

    def example_count(self, examples: int) -> int:
        """Examples processed in one round, repeats counted: what computing time is made of."""
        whole, rest = divmod(self.step_count(examples), math.ceil(examples / self.batch_size))
        return whole * examples + rest * self.batch_size

    def batches(self, streams: Streams, device: str, round_number: int, indices: Indices) -> tuple[Indices, ...]:
        """The minibatches of (device, round) as example indices, one array per step."""
        generator = streams.generator("minibatch", device, round_number)
        steps = self.step_count(len(indices))
        batches: list[Indices] = []
        while len(batches) < steps:
            order = generator.permutation(indices)
            batches += [order[i : i + self.batch_size] for i in range(0, len(order), self.batch_size)]
        return tuple(batches[:steps])
