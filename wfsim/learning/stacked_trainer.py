"""The trainer for vision transformers: all jobs of a chunk in one pass through stacked adapters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import trains_base
from wfsim.learning.base import Base
from wfsim.learning.checkpoint import SINGLE, stored_tensors
from wfsim.learning.engine import Job
from wfsim.learning.families import ImageInput
from wfsim.learning.images import prepare_images
from wfsim.learning.pixels import read_preparation
from wfsim.learning.train import TrainingJob, evaluate, train_chunk
from wfsim.learning.trained import Trained
from wfsim.learning.vit_config import read_vit_config
from wfsim.learning.vit_weights import frozen_names, load_frozen_vit
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter

_EVALUATION_BATCH = 250


def can_stack(workload: Workload) -> bool:
    """Whether the model is a ViT of the form and with the file layout that is computed here, every layer alike."""
    directory = workload.settings.model.directory()
    if workload.settings.engine.reference or workload.encoder.family != "vit":
        return False
    if trains_base(workload.shapes, workload.encoder):
        return False
    try:
        config = read_vit_config(directory)
    except ScenarioError:
        return False
    layers = Counter(pair.name.split(".")[2] for pair in workload.shapes.pairs)  # `0` of `vit.layers.0.mlp.fc1`
    whole = (directory / SINGLE).is_file() and frozen_names(config) <= stored_tensors(directory).keys()
    return whole and len(layers) in (0, config.layers) and len(set(layers.values())) <= 1


class StackedVitTrainer:
    """Trains through `train_chunk`; the base and the embedded examples are shared by all threads and never written."""

    def __init__(self, workload: Workload, workers: int = 1) -> None:
        settings, dataset = workload.settings, workload.dataset
        self._workload, self._settings, self._workers = workload, settings, workers
        self._base = load_frozen_vit(settings.model.directory(), settings.engine.precision)
        form = ImageInput(size_px=self._base.config.image, channels=self._base.config.channels)
        preparation = read_preparation(settings.model.directory(), form)
        self._train_images = prepare_images(self._base, np.asarray(dataset.train_inputs), preparation)
        self._test_images = prepare_images(self._base, np.asarray(dataset.test_inputs), preparation)

    def train(self, jobs: Sequence[Job]) -> list[Trained]:
        """What the jobs of one chunk learned."""
        return train_chunk(
            self._base,
            self._train_images,
            self._workload.dataset.train_labels,
            [TrainingJob(start=job.start, batches=job.batches, trains=job.trains, base=job.base) for job in jobs],
            shapes=self._workload.shapes,
            scale=self._settings.adapter.scale,
            batch_size=self._settings.local.batch_size,
            optimizer=self._settings.local.optimizer,
            penalty=self._settings.local.penalty,
            proximal=self._settings.local.proximal,
        )

    def evaluate(self, adapter: Adapter, base: Base | None = None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Losses and hits on the held-out examples."""
        return evaluate(
            self._base,
            self._test_images,
            self._workload.dataset.test_labels,
            adapter,
            shapes=self._workload.shapes,
            scale=self._settings.adapter.scale,
            batch_size=_EVALUATION_BATCH,
            moved=base,
            workers=self._workers,
        )
