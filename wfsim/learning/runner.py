"""Where chunks are computed: one math thread per chunk, several chunks at a time, each piece of work only once."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from wfsim.learning.engine import Job
from wfsim.learning.evaluation import Score, score
from wfsim.learning.trained import Trained
from wfsim.learning.trainer import Trainer, make_trainer
from wfsim.learning.work import Arrays, Work
from wfsim.learning.work_key import chunk_key, score_key, work_identity
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter


class Runner:
    """Computes chunks and scores for one workload. Results depend neither on workers and cores nor on what is kept."""

    def __init__(self, workload: Workload, work: Work | None = None, code_digest: str = "") -> None:
        self._workload, self._work = workload, work or Work()
        self._identity = work_identity(workload, code_digest)
        self._loading, self._loaded = threading.Lock(), []

    def compute(self, chunks: Sequence[Sequence[Job]]) -> list[list[Trained]]:
        """What every job learned, chunk by chunk; `chunk_workers` chunks at a time."""
        asked = self._work.workers or self._workload.settings.engine.chunk_workers
        with ThreadPoolExecutor(asked or os.cpu_count() or 1) as pool:
            return list(pool.map(self._chunk, chunks))

    def evaluate(self, adapter: Adapter) -> Score:
        """Score of an adapter on the held-out examples."""
        key = score_key(self._identity, adapter)
        losses, correct = self._work.once("score", key, lambda: self._trainer().evaluate(adapter))
        return score(losses, correct, self._workload.shards.test)

    def _chunk(self, jobs: Sequence[Job]) -> list[Trained]:
        key, shapes = chunk_key(self._identity, jobs), self._workload.shapes
        rows, losses = self._work.once("chunk", key, lambda: self._train(jobs))
        deltas = [Adapter.from_vector(shapes, row) for row in rows]
        return [Trained(delta=delta, loss=loss) for delta, loss in zip(deltas, losses.tolist(), strict=True)]

    def _train(self, jobs: Sequence[Job]) -> Arrays:
        """Deltas [jobs, entries] and losses [jobs]."""
        learned = self._trainer().train(jobs)
        return [np.stack([job.delta.vector() for job in learned]), np.array([job.loss for job in learned])]

    def _trainer(self) -> Trainer:
        """Loaded when the first piece of work is computed: a run that finds all of it kept never imports torch."""
        with self._loading:
            if not self._loaded:
                self._loaded.append(make_trainer(self._workload))
            return self._loaded[0]
