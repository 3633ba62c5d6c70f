"""Where chunks are computed: one math thread per chunk, several chunks at a time, each piece of work only once."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from wfsim.learning.base import Base
from wfsim.learning.engine import Job
from wfsim.learning.evaluation import Score, score
from wfsim.learning.inputs import share_tokens
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
        self._workers = self._work.workers or workload.settings.engine.chunk_workers or os.cpu_count() or 1
        self._loading, self._loaded = threading.Lock(), []

    def compute(self, chunks: Sequence[Sequence[Job]]) -> list[list[Trained]]:
        """What every job learned, chunk by chunk; `chunk_workers` chunks at a time."""
        with ThreadPoolExecutor(self._workers) as pool:
            return list(pool.map(self._chunk, chunks))

    def evaluate(self, adapter: Adapter, base: Base | None = None) -> Score:
        """Score of an adapter on its base (None: W0) on the held-out examples."""
        key = score_key(self._identity, adapter, base)
        found = self._work.once("score", key, lambda: self._trainer().evaluate(adapter, base))
        return score(*found, shards=self._workload.shards.test)

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
            if not self._loaded and (cache := self._work.cache) is not None:
                directory = self._workload.settings.model.directory()
                share_tokens(directory, self._workload.encoder, self._workload.dataset, cache)
            if not self._loaded:
                self._loaded.append(make_trainer(self._workload, self._workers))
            return self._loaded[0]
