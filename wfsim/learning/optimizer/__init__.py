"""The slot `optimizer`: how a device moves its adapter at every local step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfsim.part import Part, load_folder

if TYPE_CHECKING:
    from torch import Tensor


class Optimizer(Part, slot="optimizer"):
    """An update rule on one flat tensor [jobs, entries]; elementwise, so a job's result ignores its neighbours."""

    @property
    def state_slots(self) -> int:
        """Values kept per trained entry: the second axis of what `begin` returns."""
        raise NotImplementedError(type(self).__name__)

    def begin(self, parameters: Tensor) -> Tensor:
        """The state before the first step, [jobs, slots, entries]: slicing the first axis drops jobs."""
        raise NotImplementedError(type(self).__name__)

    def step(self, parameters: Tensor, gradients: Tensor, state: Tensor, step_number: int) -> None:
        """Move `parameters` and `state` in place; `gradients` may be overwritten. `step_number` counts from 1."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
