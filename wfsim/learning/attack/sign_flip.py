"""Against what was learned."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.learning.attack import Attack, Delta


class SignFlip(Attack, kind="sign_flip"):
    """-c d: the learned delta turned round and scaled (Li et al. 2019, arXiv 1811.03761)."""

    scale: float = Field(1.0, gt=0.0, le=1e6, description="factor c on what was learned")

    def sent(self, delta: Delta, generator: np.random.Generator) -> Delta:
        return -delta * delta.dtype.type(self.scale)
