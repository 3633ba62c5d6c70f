"""The slot `penalty`: a term of the local loss that holds LoRA factors to a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from wfsim.part import Part, load_folder

if TYPE_CHECKING:
    from torch import Tensor

Gradients = tuple["Tensor | None", "Tensor | None"]


class Penalty(Part, slot="penalty"):
    """Added to a minibatch's mean cross-entropy. Factors are `a` [n, r, d_in] and `b` [n, d_out, r] of n matrices, each
    of which counts by itself: n runs over jobs too, and a job's result ignores its neighbours."""

    neutral: ClassVar[bool] = False  # whether it adds nothing, so that nothing is computed

    def value(self, a: Tensor, b: Tensor) -> Tensor:
        """What every matrix adds to the loss, [n]. The contract holds `gradients` to it."""
        raise NotImplementedError(type(self).__name__)

    def gradients(self, a: Tensor, b: Tensor) -> Gradients:
        """d value / d a and d value / d b, of the shapes of `a` and `b`; None where nothing is added."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
