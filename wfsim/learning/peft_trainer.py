"""The trainer for any model that transformers and PEFT can load: one device after the other, one step at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import ScenarioError
from wfsim.learning.base import Base
from wfsim.learning.engine import Job
from wfsim.learning.inputs import prepared
from wfsim.learning.local_steps import train_job
from wfsim.learning.math_threads import one_math_thread
from wfsim.learning.objective import objective_of
from wfsim.learning.peft_model import FlatModel, load_peft_model
from wfsim.learning.trained import Trained
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter

if TYPE_CHECKING:
    from torch import Tensor

    from wfsim.learning.inputs import Inputs


class PeftTrainer:
    """Trains PEFT's own layers with the scenario's optimiser. Every thread works on a copy; the base is shared.

    A job's result depends on the job alone: nothing of a copy outlives the job but its memory. Under bfloat16 the
    frozen base and all activations have 16 bits, and products with what is trained are taken of its 16-bit copies
    (torch's autocast); its own values, their gradients, the optimiser's state and the loss have 32.
    """

    def __init__(self, workload: Workload) -> None:
        import torch

        settings, encoder, dataset = workload.settings, workload.encoder, workload.dataset
        directory, precision = settings.model.directory(), settings.engine.precision
        self._workload, self._settings = workload, settings
        self._device = _device(settings.engine.device)
        prototype = load_peft_model(directory, encoder, settings.adapter, workload.shapes, precision)
        self._prototype = prototype.to(self._device)
        self._spare: deque[FlatModel] = deque()
        dtype = getattr(torch, precision)
        self._train_inputs = prepared(directory, encoder, dataset.train_inputs, dtype)
        self._test_inputs = prepared(directory, encoder, dataset.test_inputs, dtype)
        self._train_objective = objective_of(encoder, dataset, self._train_inputs, test=False)
        self._test_objective = objective_of(encoder, dataset, self._test_inputs, test=True)

    def train(self, jobs: Sequence[Job]) -> list[Trained]:
        """What the jobs of one chunk learned."""
        with one_math_thread(), self._borrowed() as flat:
            return [self._trained(flat, job) for job in jobs]

    def evaluate(self, adapter: Adapter, base: Base | None = None) -> tuple[NDArray[Any], ...]:
        """Losses and hits on the held-out examples, and of a language model their weights."""
        import torch

        objective = self._test_objective
        rows = np.arange(len(self._workload.dataset.test_labels))
        batches = [rows[start : start + objective.rows] for start in range(0, len(rows), objective.rows)]
        with one_math_thread(), torch.no_grad(), self._borrowed() as flat:
            flat.stand_on(base)
            flat.values[0] = torch.from_numpy(adapter.vector())
            found = [objective(self._logits(flat, self._test_inputs, batch), batch)[1:] for batch in batches]
        losses, correct, weights = (torch.cat(parts).cpu() for parts in zip(*found, strict=True))
        scores = losses.double().numpy(), correct.numpy()
        return (*scores, weights.numpy()) if self._workload.encoder.is_decoder else scores

    def _logits(self, flat: FlatModel, inputs: Inputs, batch: NDArray[np.int64]) -> Tensor:
        import torch

        given = {name: value.to(self._device) for name, value in inputs.take(batch).items()}
        half = self._settings.engine.precision == "bfloat16"
        with torch.autocast(self._device, torch.bfloat16) if half else nullcontext():
            return flat.model(**given).logits

    def _trained(self, flat: FlatModel, job: Job) -> Trained:
        flat.stand_on(job.base)
        local, shapes = self._settings.local, self._workload.shapes
        return train_job(flat, job, local, shapes, lambda batch: self._fill_gradients(flat, batch))

    def _fill_gradients(self, flat: FlatModel, batch: NDArray[np.int64]) -> NDArray[np.float64]:
        """The gradient of the minibatch's mean cross-entropy; returns the cross-entropy of every example."""
        flat.gradients.zero_()
        loss = self._train_objective(self._logits(flat, self._train_inputs, batch), batch)
        loss.mean.backward()
        return loss.each.double().cpu().numpy()

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


def _device(name: str) -> str:
    """The name, if torch finds such a device. Raises ScenarioError."""
    import torch

    if name == "cuda" and not torch.cuda.is_available():
        raise ScenarioError("torch finds no CUDA device here; give cpu", path="learning.engine.device")
    return name
