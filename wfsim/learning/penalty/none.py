"""No penalty."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from wfsim.learning.penalty import Gradients, Penalty

if TYPE_CHECKING:
    from torch import Tensor


class NoPenalty(Penalty, kind="none"):
    """The loss is the cross-entropy alone."""

    neutral: ClassVar[bool] = True

    def value(self, a: Tensor, b: Tensor) -> Tensor:
        """Zeros [n]."""
        return a.new_zeros(len(a))

    def gradients(self, a: Tensor, b: Tensor) -> Gradients:
        """Nothing for either factor."""
        return None, None
