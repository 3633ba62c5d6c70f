"""One job's optimiser steps on a flat row of values, whatever computes the gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.engine import Job
from wfsim.learning.local import LocalTraining
from wfsim.learning.masks import frozen_entries
from wfsim.learning.penalty import Penalty
from wfsim.learning.proximal import add_proximal
from wfsim.learning.trained import Trained, root_mean_square
from wfsim.messages import Adapter, AdapterShapes

if TYPE_CHECKING:
    from torch import Tensor


class Flat(Protocol):
    """`values` and `gradients` [1, entries] in the adapter's canonical order."""

    values: Tensor
    gradients: Tensor

    def pairs(self, flat: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Views A [1, r, d_in] and B [1, d_out, r] of every pair into `values` or `gradients`."""
        ...


def train_job(
    flat: Flat,
    job: Job,
    local: LocalTraining,
    shapes: AdapterShapes,
    fill_gradients: Callable[[NDArray[np.int64]], NDArray[np.float64]],
) -> Trained:
    """What a job learned. `fill_gradients` puts the gradient of a minibatch's mean cross-entropy into
    `flat.gradients` and returns every example's cross-entropy."""
    import torch

    with torch.no_grad():
        flat.values[0] = torch.from_numpy(job.start.vector())
        begin, state, losses = flat.values.clone(), local.optimizer.begin(flat.values), []
    frozen = frozen_entries(shapes, job.trains)
    kept = None if frozen is None else torch.from_numpy(frozen).to(begin.device)
    for number, batch in enumerate(job.batches, start=1):
        losses.append(fill_gradients(batch))
        with torch.no_grad():
            _add_penalty(local.penalty, flat)
            add_proximal(flat.gradients, flat.values, begin, local.proximal)
            local.optimizer.step(flat.values, flat.gradients, state, number)
            if kept is not None:
                torch.where(kept, begin, flat.values, out=flat.values)
    delta = Adapter.from_vector(shapes, (flat.values - begin)[0].cpu().numpy())
    return Trained(delta=delta, loss=root_mean_square(losses))


def _add_penalty(penalty: Penalty, flat: Flat) -> None:
    """The penalty's gradients onto those of the cross-entropy."""
    if penalty.neutral:
        return
    for factors, gradients in zip(flat.pairs(flat.values), flat.pairs(flat.gradients), strict=True):
        for gradient, change in zip(gradients, penalty.gradients(*factors), strict=True):
            if change is not None:
                gradient.add_(change)
