"""The trainer for any model that transformers and PEFT can load: one device after the other, one step at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.engine import Job
from wfsim.learning.inputs import prepared
from wfsim.learning.masks import frozen_entries
from wfsim.learning.math_threads import one_math_thread
from wfsim.learning.peft_model import FlatModel, load_peft_model
from wfsim.learning.trained import Trained, root_mean_square
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter

_EVALUATION_BATCH = 64


class PeftTrainer:
    """Trains PEFT's own layers with the scenario's optimiser. Every thread works on a copy; the base is shared.

    A job's result depends on the job alone: nothing of a copy outlives the job but its memory.
    """

    def __init__(self, workload: Workload) -> None:
        import torch

        settings, encoder, dataset = workload.settings, workload.encoder, workload.dataset
        directory, precision = settings.model.directory(), settings.engine.precision
        self._workload, self._settings = workload, settings
        self._prototype = load_peft_model(directory, encoder, settings.adapter, workload.shapes, precision)
        self._spare: deque[FlatModel] = deque()
        dtype = getattr(torch, precision)
        self._train_inputs = prepared(directory, encoder, dataset.train_inputs, dtype)
        self._test_inputs = prepared(directory, encoder, dataset.test_inputs, dtype)

    def train(self, jobs: Sequence[Job]) -> list[Trained]:
        """What the jobs of one chunk learned."""
        with one_math_thread(), self._borrowed() as flat:
            return [self._trained(flat, job) for job in jobs]

    def evaluate(self, adapter: Adapter) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Losses and hits on the held-out examples."""
        import torch

        labels = self._workload.dataset.test_labels
        rows = np.arange(len(labels))
        starts = range(0, len(rows), _EVALUATION_BATCH)
        with one_math_thread(), torch.no_grad(), self._borrowed() as flat:
            flat.values[0] = torch.from_numpy(adapter.vector())
            batches = (self._test_inputs.take(rows[start : start + _EVALUATION_BATCH]) for start in starts)
            logits = torch.cat([flat.model(**batch).logits for batch in batches])
        target = torch.from_numpy(labels)
        losses = torch.nn.functional.cross_entropy(logits, target, reduction="none")
        return losses.double().numpy(), (logits.argmax(1) == target).numpy()

    def _trained(self, flat: FlatModel, job: Job) -> Trained:
        import torch

        start, optimizer = torch.from_numpy(job.start.vector()), self._settings.local.optimizer
        frozen, losses = frozen_entries(self._workload.shapes, job.trains), []
        with torch.no_grad():
            flat.values[0] = start
            begin, state = flat.values.clone(), optimizer.begin(flat.values)
        kept = None if frozen is None else torch.from_numpy(frozen)
        for number, batch in enumerate(job.batches, start=1):
            losses.append(self._fill_gradients(flat, batch))
            with torch.no_grad():
                self._add_penalty(flat)
                optimizer.step(flat.values, flat.gradients, state, number)
                if kept is not None:
                    torch.where(kept, begin, flat.values, out=flat.values)
        delta = Adapter.from_vector(self._workload.shapes, (flat.values - begin)[0].numpy())
        return Trained(delta=delta, loss=root_mean_square(losses))

    def _fill_gradients(self, flat: FlatModel, batch: NDArray[np.int64]) -> NDArray[np.float64]:
        """The gradient of the minibatch's mean cross-entropy; returns the cross-entropy of every example."""
        import torch

        flat.gradients.zero_()
        labels = torch.from_numpy(self._workload.dataset.train_labels[batch])
        logits = flat.model(**self._train_inputs.take(batch)).logits
        torch.nn.functional.cross_entropy(logits, labels).backward()
        losses = torch.nn.functional.cross_entropy(logits.detach(), labels, reduction="none")
        return losses.double().numpy()

    def _add_penalty(self, flat: FlatModel) -> None:
        """The penalty's gradients onto those of the cross-entropy."""
        penalty = self._settings.local.penalty
        if penalty.neutral:
            return
        for factors, gradients in zip(flat.pairs(flat.values), flat.pairs(flat.gradients), strict=True):
            for gradient, change in zip(gradients, penalty.gradients(*factors), strict=True):
                if change is not None:
                    gradient.add_(change)

    @contextmanager
    def _borrowed(self) -> Iterator[FlatModel]:
        """A copy of the model that no other thread uses meanwhile."""
        try:
            flat = self._spare.pop()
        except IndexError:
            flat = FlatModel(self._prototype, self._workload.shapes)
        try:
            yield flat
        finally:
            self._spare.append(flat)
