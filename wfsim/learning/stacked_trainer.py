"""The trainer for vision transformers: all jobs of a chunk in one pass through stacked adapters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.engine import Job
from wfsim.learning.images import prepare_images
from wfsim.learning.train import TrainingJob, evaluate, train_chunk
from wfsim.learning.vit_weights import load_frozen_vit
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter

_EVALUATION_BATCH = 250


class StackedVitTrainer:
    """Trains through `train_chunk`; the base and the embedded examples are shared by all threads and never written."""

    def __init__(self, workload: Workload) -> None:
        settings, dataset = workload.settings, workload.dataset
        self._workload, self._settings = workload, settings
        self._base = load_frozen_vit(settings.model.directory(), settings.engine.precision)
        self._train_images = prepare_images(self._base, dataset.train_images)
        self._test_images = prepare_images(self._base, dataset.test_images)

    def train(self, jobs: Sequence[Job]) -> list[Adapter]:
        """Deltas of the jobs of one chunk."""
        return train_chunk(
            self._base,
            self._train_images,
            self._workload.dataset.train_labels,
            [TrainingJob(start=job.start, batches=job.batches) for job in jobs],
            shapes=self._workload.shapes,
            scale=self._settings.adapter.scale,
            batch_size=self._settings.local.batch_size,
            optimizer=self._settings.local.optimizer,
        )

    def evaluate(self, adapter: Adapter) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Losses and hits on the held-out examples."""
        return evaluate(
            self._base,
            self._test_images,
            self._workload.dataset.test_labels,
            adapter,
            shapes=self._workload.shapes,
            scale=self._settings.adapter.scale,
            batch_size=_EVALUATION_BATCH,
        )
