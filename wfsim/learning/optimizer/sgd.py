"""Stochastic gradient descent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from wfsim.learning.optimizer import Optimizer

if TYPE_CHECKING:
    from torch import Tensor


class Sgd(Optimizer, kind="sgd"):
    """g += weight_decay p; u = momentum u + g; p -= lr u. The rule of torch.optim.SGD (Sutskever et al. 2013)."""

    lr: float = Field(0.1, gt=0.0, description="learning rate")
    momentum: float = Field(0.0, ge=0.0, lt=1.0, description="momentum")
    weight_decay: float = Field(0.0, ge=0.0, description="L2 penalty added to the gradient")

    @property
    def state_slots(self) -> int:
        """One velocity, or nothing."""
        return 1 if self.momentum else 0

    def begin(self, parameters: Tensor) -> Tensor:
        """The velocity, where there is momentum."""
        jobs, entries = parameters.shape
        return parameters.new_zeros(jobs, self.state_slots, entries)

    def step(self, parameters: Tensor, gradients: Tensor, state: Tensor, step_number: int) -> None:
        """One step in place."""
        if self.weight_decay:
            gradients.add_(parameters, alpha=self.weight_decay)
        if self.momentum:
            gradients = state[:, 0].mul_(self.momentum).add_(gradients)
        parameters.add_(gradients, alpha=-self.lr)
