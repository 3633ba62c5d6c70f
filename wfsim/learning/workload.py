"""What a federation works on, known without torch and before anything is trained: shapes, shards and operations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from wfsim.learning.adapter import adapter_shapes
from wfsim.learning.data import Dataset
from wfsim.learning.flops import training_flops
from wfsim.learning.partition import Shards
from wfsim.learning.settings import Learning
from wfsim.learning.vit_config import read_vit_config
from wfsim.messages import AdapterShapes
from wfsim.rng import Streams


@dataclass(frozen=True, kw_only=True, eq=False)
class Workload:
    """The learning side of a scenario as data. `flops_per_example` counts one training step's share of one example."""

    settings: Learning
    shapes: AdapterShapes
    dataset: Dataset
    shards: Shards
    flops_per_example: int

    def examples(self, device: str) -> int:
        """Training examples that a device holds: its weight."""
        return len(self.shards.train[device])

    def steps(self, device: str) -> int:
        """Optimiser steps of one round."""
        return self.settings.local.step_count(self.examples(device))

    def flops(self, device: str) -> float:
        """Floating-point operations of one round."""
        return float(self.settings.local.example_count(self.examples(device)) * self.flops_per_example)


def build_workload(settings: Learning, streams: Streams, devices: Sequence[str]) -> Workload:
    """Read shapes and data, and deal the examples to the devices."""
    config, dataset = read_vit_config(settings.model.directory()), settings.data.load()
    shapes = adapter_shapes(settings.adapter, config, dataset.classes)
    shards = settings.partition.split(streams, devices, dataset.train_labels, dataset.test_labels)
    return Workload(
        settings=settings,
        shapes=shapes,
        dataset=dataset,
        shards=shards,
        flops_per_example=training_flops(config, shapes),
    )


def weights_digest(settings: Learning) -> str:
    """SHA-256 of the base model's configuration and weights, for the run id."""
    digest = hashlib.sha256()
    for name in ("config.json", "model.safetensors"):
        digest.update((settings.model.directory() / name).read_bytes())
    return digest.hexdigest()
