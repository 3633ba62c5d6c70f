"""AdamW: Adam with decoupled weight decay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from wfsim.learning.optimizer import Optimizer

if TYPE_CHECKING:
    from torch import Tensor

Decay = Annotated[float, Field(ge=0.0, lt=1.0)]


class AdamW(Optimizer, kind="adamw"):
    """p *= 1 - lr weight_decay; m, v = moving means of g, g^2; p -= lr m_hat / (sqrt(v_hat) + eps).

    The rule of torch.optim.AdamW, bias corrections included (Loshchilov and Hutter 2019).
    """

    lr: float = Field(1e-2, gt=0.0, description="learning rate")
    betas: tuple[Decay, Decay] = Field((0.9, 0.999), description="decay of the two moving means, each in [0, 1)")
    eps: float = Field(1e-8, gt=0.0, description="added to the denominator")
    weight_decay: float = Field(0.0, ge=0.0, description="decoupled weight decay")

    @property
    def state_slots(self) -> int:
        """Two means."""
        return 2

    def begin(self, parameters: Tensor) -> Tensor:
        """The mean of gradients and the mean of their squares."""
        jobs, entries = parameters.shape
        return parameters.new_zeros(jobs, self.state_slots, entries)

    def step(self, parameters: Tensor, gradients: Tensor, state: Tensor, step_number: int) -> None:
        """One step in place."""
        first, second = self.betas
        mean, square = state[:, 0], state[:, 1]
        parameters.mul_(1.0 - self.lr * self.weight_decay)
        mean.lerp_(gradients, 1.0 - first)
        square.mul_(second).addcmul_(gradients, gradients, value=1.0 - second)
        correction = (1.0 - second**step_number) ** 0.5
        denominator = square.sqrt().div_(correction).add_(self.eps)
        parameters.addcdiv_(mean, denominator, value=-self.lr / (1.0 - first**step_number))
