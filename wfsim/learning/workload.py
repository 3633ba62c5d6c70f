"""What a federation works on, known without torch and before anything is trained: shapes, shards and operations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from wfsim.errors import RunError
from wfsim.learning.adapter import adapter_shapes
from wfsim.learning.blocks import packed
from wfsim.learning.data import Dataset
from wfsim.learning.families import Encoder, TextInput
from wfsim.learning.flops import training_flops
from wfsim.learning.inputs import check_inputs, check_task
from wfsim.learning.partition import Shards
from wfsim.learning.settings import Learning
from wfsim.learning.start import first_adapter
from wfsim.local_path import without_paths
from wfsim.messages import AdapterShapes
from wfsim.rng import Streams


@dataclass(frozen=True, kw_only=True, eq=False)
class Workload:
    """The learning side of a scenario as data. `flops_per_example` counts one training step's share of one example."""

    settings: Learning
    encoder: Encoder
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

    def flops(
        self,
        device: str,
        steps: int | None = None,
        rank: int | None = None,
        version: int = 0,
        *,
        truncated: bool = False,
    ) -> float:
        """Floating-point operations of one round, or of its first `steps`, with the first `rank` ranks active (and the
        others gone where `truncated`); `version` is what training starts from."""
        shapes = self.shapes.at(version)
        if truncated and rank is not None:
            shapes = shapes.of_rank(rank)
        full = shapes is self.shapes and (rank is None or rank == self.shapes.rank)
        each = self.flops_per_example if full else training_flops(self.encoder, shapes, rank)
        return float(self.settings.local.example_count(self.examples(device), steps) * each)


def build_workload(settings: Learning, streams: Streams, devices: Sequence[str]) -> Workload:
    """Read shapes and data, and deal the examples to the devices. Raises ScenarioError for what does not fit."""
    dataset = settings.data.load()
    encoder = settings.model.encoder(dataset.classes)
    _check_inputs(settings, encoder, dataset)
    if settings.model.packs and isinstance(encoder.input, TextInput):
        dataset = packed(settings.model.directory(), dataset, encoder.input)
    shapes = adapter_shapes(settings.adapter, encoder)
    if settings.adapter.start is not None:
        first_adapter(settings.adapter, shapes, streams)
    shards = settings.partition.deal(streams, devices, dataset)
    _check_nobody_is_empty(settings, shards)
    return Workload(
        settings=settings,
        encoder=encoder,
        shapes=shapes,
        dataset=dataset,
        shards=shards,
        flops_per_example=training_flops(encoder, shapes),
    )


def _check_inputs(settings: Learning, encoder: Encoder, dataset: Dataset) -> None:
    """Data that exist must suit the model; a model without weights has no tokenizer to read them with."""
    if settings.data.timing_only:
        return
    if settings.model.timing_only:
        check_task(encoder, dataset)
    else:
        check_inputs(settings.model.directory(), encoder, dataset, joined=settings.model.packs)


def _check_nobody_is_empty(settings: Learning, shards: Shards) -> None:
    """A device without examples has nothing to train and no weight."""
    empty = [name for name, own in shards.train.items() if not len(own)]
    if empty:
        others = f" and {len(empty) - 1} more" if len(empty) > 1 else ""
        message = f"device {empty[0]}{others} got no training example; take fewer devices or more data"
        raise RunError(f"partition {settings.partition.kind}: {message}")


def weights_digest(settings: Learning) -> str:
    """SHA-256 of the base model's settings and of every file that is read of it, for the run id."""
    digest = hashlib.sha256(json.dumps(without_paths(settings.model), sort_keys=True).encode())
    for path in settings.model.files():
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
