"""Where chunks are computed: one math thread per chunk, several chunks at a time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from wfsim.learning.engine import Job
from wfsim.learning.evaluation import Score, score
from wfsim.learning.trainer import Trainer, make_trainer
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter


class Runner:
    """Computes chunks and scores for one workload. Results depend neither on the number of workers nor of cores."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload

    def compute(self, chunks: Sequence[Sequence[Job]]) -> list[list[Adapter]]:
        """Deltas of every job, chunk by chunk; `chunk_workers` chunks at a time."""
        trainer = self._trainer  # loaded before the workers start, because they share it
        with ThreadPoolExecutor(self._workload.settings.engine.chunk_workers or os.cpu_count() or 1) as pool:
            return list(pool.map(trainer.train, chunks))

    def evaluate(self, adapter: Adapter) -> Score:
        """Score of an adapter on the held-out examples."""
        losses, correct = self._trainer.evaluate(adapter)
        return score(losses, correct, self._workload.shards.test)

    @cached_property
    def _trainer(self) -> Trainer:
        return make_trainer(self._workload)
