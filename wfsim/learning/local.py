"""Local training: how many steps, on which minibatches."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.learning.optimizer import Optimizer
from wfsim.learning.optimizer.adamw import AdamW
from wfsim.learning.penalty import Penalty
from wfsim.learning.penalty.none import NoPenalty
from wfsim.part import Section
from wfsim.rng import Streams

Indices = NDArray[np.int64]


class LocalTraining(Section):
    """One device's work in a round: whole epochs over its examples, or a fixed number of optimiser steps.

    Each epoch visits the device's examples in a fresh order addressed by (device, round), in minibatches of
    `batch_size`, the last of an epoch being what is left. A device told to do fewer steps does the first ones.
    """

    epochs: int = Field(1, ge=1, description="passes over the device's examples")
    steps: int | None = Field(None, ge=1, description="optimiser steps; when given, they count instead of epochs")
    batch_size: int = Field(16, ge=1, le=4096, description="examples per step")
    optimizer: Optimizer = Field(AdamW(lr=1e-2), description="fresh in every round")
    penalty: Penalty = Field(NoPenalty(), description="added to the loss of every minibatch")
    proximal: float = Field(
        0.0, ge=0.0, description="FedProx mu: mu / 2 ||x - x_start||^2 over all trained values is added too"
    )

    def step_count(self, examples: int) -> int:
        """Optimiser steps of one round on `examples` >= 1 examples."""
        return self.steps or self.epochs * math.ceil(examples / self.batch_size)

    def example_count(self, examples: int, steps: int | None = None) -> int:
        """Examples processed in one round (or in `steps`), repeats counted: what computing time is made of."""
        count = self.step_count(examples) if steps is None else steps
        whole, rest = divmod(count, math.ceil(examples / self.batch_size))
        return whole * examples + rest * self.batch_size

    def batches(
        self, streams: Streams, device: str, round_number: int, indices: Indices, steps: int | None = None
    ) -> tuple[Indices, ...]:
        """The minibatches of (device, round) as example indices, one array per step; the first `steps` of them."""
        generator = streams.generator("minibatch", device, round_number)
        count = self.step_count(len(indices)) if steps is None else steps
        batches: list[Indices] = []
        while len(batches) < count:
            order = generator.permutation(indices)
            batches += [order[i : i + self.batch_size] for i in range(0, len(order), self.batch_size)]
        return tuple(batches[:count])
