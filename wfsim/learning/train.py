"""Training without time: pure functions from adapters, data and settings to what was learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.adapter import last_name
from wfsim.learning.adapter_stack import AdapterStack, Views
from wfsim.learning.base import Base
from wfsim.learning.masks import Mask
from wfsim.learning.math_threads import one_math_thread, side_by_side
from wfsim.learning.merged_weights import MergedWeights
from wfsim.learning.optimizer import Optimizer
from wfsim.learning.penalty import Penalty
from wfsim.learning.penalty.none import NoPenalty
from wfsim.learning.proximal import add_proximal
from wfsim.learning.stacked_vit import backward, forward
from wfsim.learning.trained import Trained, root_mean_square
from wfsim.learning.vit_weights import FrozenVit
from wfsim.messages import Adapter, AdapterShapes

if TYPE_CHECKING:
    from torch import Tensor

_Batches = tuple[NDArray[np.int64], ...]

_NO_PENALTY = NoPenalty()


@dataclass(frozen=True, kw_only=True)
class TrainingJob:
    """One device's local training: where it starts, the example indices of each minibatch in order, and the mask
    [entries] of what it trains (None: all that the shapes train). `base` is the frozen base it trains on (None: W0)."""

    start: Adapter
    batches: tuple[NDArray[np.int64], ...]
    trains: Mask | None = None
    base: Base | None = None


@one_math_thread()
def train_chunk(
    base: FrozenVit,
    images: Tensor,
    labels: NDArray[np.int64],
    jobs: Sequence[TrainingJob],
    *,
    shapes: AdapterShapes,
    scale: float,
    batch_size: int,
    optimizer: Optimizer,
    penalty: Penalty = _NO_PENALTY,
    proximal: float = 0.0,
) -> list[Trained]:
    """What every job learned, in the order of `jobs`; the dtype is the base's.

    `images` comes from `prepare_images`; `labels` [N]. One step per minibatch on its mean cross-entropy plus the
    penalty and FedProx's term of weight `proximal`; minibatches hold 1 to `batch_size` examples. A job's result is bit
    for bit the same whatever jobs are computed beside it.
    """
    order = sorted(range(len(jobs)), key=lambda index: -len(jobs[index].batches))
    queue = [jobs[index].batches for index in order]
    stack = AdapterStack(base, shapes, [jobs[i].start for i in order], [jobs[i].trains for i in order])
    merged = MergedWeights(base, _trained(shapes), scale, len(jobs), [jobs[i].base for i in order])
    state, losses = optimizer.begin(stack.values), [[] for _ in jobs]
    for step in range(len(queue[0])):
        active = sum(len(batches) > step for batches in queue)
        batch = _minibatch(images, labels, [batches[step] for batches in queue[:active]], batch_size)
        values, gradients = stack.values[:active], stack.gradients[:active]
        adapter, into = stack.views(values), stack.views(gradients)
        _note(losses, _fill_gradients(base, merged, adapter, into, batch), queue, step)
        _add_penalty(penalty, adapter, into)
        add_proximal(gradients, values, stack.start[:active], proximal)
        optimizer.step(values, gradients, state[:active], step + 1)
        stack.restore_frozen(active)
    rows = [order.index(index) for index in range(len(jobs))]
    return [Trained(delta=stack.learned(row), loss=root_mean_square(losses[row])) for row in rows]


def _trained(shapes: AdapterShapes) -> set[str]:
    return {last_name(pair) for pair in shapes.pairs}


@dataclass(frozen=True, kw_only=True)
class _Minibatch:
    inputs: Tensor
    labels: Tensor
    weights: Tensor


def _minibatch(images: Tensor, labels: NDArray[np.int64], picks: list[NDArray[np.int64]], size: int) -> _Minibatch:
    """Inputs [J, size, tokens, hidden], labels and weights [J, size]; rows beyond a minibatch weigh exactly zero."""
    import torch

    index, weights = np.zeros((len(picks), size), np.int64), np.zeros((len(picks), size))
    for row, pick in enumerate(picks):
        if not 0 < len(pick) <= size:
            raise ValueError(f"a minibatch has {len(pick)} examples, needs 1 to {size}")
        index[row, : len(pick)], weights[row, : len(pick)] = pick, 1.0 / len(pick)
    return _Minibatch(
        inputs=images[torch.from_numpy(index)],
        labels=torch.from_numpy(labels[index].astype(np.int64)),
        weights=torch.from_numpy(weights).to(images.dtype),
    )


def _fill_gradients(
    base: FrozenVit, merged: MergedWeights, adapter: Views, gradients: Views, batch: _Minibatch
) -> NDArray[np.float64]:
    """One forward and backward pass of the jobs in `batch`: d(mean cross-entropy) into `gradients`.

    Returns the cross-entropy of every row, [J, size].
    """
    jobs = len(batch.labels)
    weights = merged.merge(adapter, jobs)
    logits, tape = forward(base, batch.inputs, weights, adapter.head)
    change = _logit_gradient(logits, batch)
    backward(base, change, tape, weights, adapter.head, merged.room(jobs), gradients.head)
    merged.project(adapter, jobs, gradients)
    return _losses(logits, batch.labels)


def _losses(logits: Tensor, labels: Tensor) -> NDArray[np.float64]:
    import torch

    losses = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return losses.view(labels.shape).double().numpy()


def _note(
    losses: list[list[NDArray[np.float64]]], found: NDArray[np.float64], queue: list[_Batches], step: int
) -> None:
    """Append what each job lost on its examples of this step, rows beyond a minibatch left out."""
    for job, row in enumerate(found):
        losses[job].append(row[: len(queue[job][step])])


def _add_penalty(penalty: Penalty, adapter: Views, gradients: Views) -> None:
    """The penalty's gradients onto those of the cross-entropy."""
    if penalty.neutral:
        return
    for module, factors in adapter.factors.items():
        # Contiguous also where one job would make it a view: BLAS then sees one layout in every chunk.
        found = penalty.gradients(*(factor.flatten(0, 1).contiguous() for factor in factors))
        for gradient, change in zip(gradients.factors[module], found, strict=True):
            if change is not None:
                gradient.add_(change.unflatten(0, gradient.shape[:2]))


def _logit_gradient(logits: Tensor, batch: _Minibatch) -> Tensor:
    """(softmax(logits) - one-hot label) times the row's weight."""
    gradient = logits.softmax(dim=-1)
    gradient.scatter_add_(2, batch.labels.unsqueeze(2), -gradient.new_ones(()).expand(*batch.labels.shape, 1))
    return gradient.mul_(batch.weights.unsqueeze(2))


@one_math_thread()
def evaluate(
    base: FrozenVit,
    images: Tensor,
    labels: NDArray[np.int64],
    adapter: Adapter,
    *,
    shapes: AdapterShapes,
    scale: float,
    batch_size: int,
    moved: Base | None = None,
    workers: int = 1,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cross-entropy in nats and correctness of every example, each [N], `batch_size` examples at a time.

    `moved` is the base where an aggregator has moved it; `workers` batches at a time.
    """
    import torch

    stack = AdapterStack(base, shapes, [adapter])
    values = stack.views(stack.values)
    weights = MergedWeights(base, _trained(shapes), scale, 1, [moved]).merge(values, 1)
    batches = images.split(batch_size)
    parts = side_by_side(lambda part: forward(base, part[None], weights, values.head)[0][0], batches, workers)
    logits, target = torch.cat(parts), torch.from_numpy(labels.astype(np.int64))
    losses = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    return losses.double().numpy(), (logits.argmax(1) == target).numpy()
