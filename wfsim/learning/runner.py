"""Where chunks are computed: the frozen base and the examples in memory, one math thread per chunk, several workers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.engine import Job
from wfsim.learning.evaluation import Score, score
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter

if TYPE_CHECKING:
    from torch import Tensor

    from wfsim.learning.vit_weights import FrozenVit

_EVALUATION_BATCH = 250


class Runner:
    """Computes chunks and scores for one workload. Results depend neither on the number of workers nor of cores."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._settings = workload.settings

    def compute(self, chunks: Sequence[Sequence[Job]]) -> list[list[Adapter]]:
        """Deltas of every job, chunk by chunk; `chunk_workers` chunks at a time."""
        _ = self._train_images  # loaded before the workers start, because they share it
        with ThreadPoolExecutor(self._settings.engine.chunk_workers or os.cpu_count() or 1) as pool:
            return list(pool.map(self._train, chunks))

    def evaluate(self, adapter: Adapter) -> Score:
        """Score of an adapter on the held-out examples."""
        from wfsim.learning.train import evaluate

        losses, correct = evaluate(
            self._base,
            self._test_images,
            self._workload.dataset.test_labels,
            adapter,
            shapes=self._workload.shapes,
            scale=self._settings.adapter.scale,
            batch_size=_EVALUATION_BATCH,
        )
        return score(losses, correct, self._workload.shards.test)

    def _train(self, jobs: Sequence[Job]) -> list[Adapter]:
        from wfsim.learning.train import TrainingJob, train_chunk

        work = [TrainingJob(start=job.start, batches=job.batches) for job in jobs]
        return train_chunk(
            self._base,
            self._train_images,
            self._workload.dataset.train_labels,
            work,
            shapes=self._workload.shapes,
            scale=self._settings.adapter.scale,
            batch_size=self._settings.local.batch_size,
            optimizer=self._settings.local.optimizer,
        )

    @cached_property
    def _base(self) -> FrozenVit:
        from wfsim.learning.vit_weights import load_frozen_vit

        return load_frozen_vit(self._settings.model.directory(), self._settings.engine.precision)

    @cached_property
    def _train_images(self) -> Tensor:
        return self._prepare(self._workload.dataset.train_images)

    @cached_property
    def _test_images(self) -> Tensor:
        return self._prepare(self._workload.dataset.test_images)

    def _prepare(self, images: NDArray[np.uint8]) -> Tensor:
        from wfsim.learning.images import prepare_images

        return prepare_images(self._base, images)
