"""Every entry, in canonical order, at 32, 16, 8, 4 bits or 1."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.compress import Source
from wfsim.compress._every_entry import EveryEntry
from wfsim.compress._numbers import Rounding, ValueType


class Dense(EveryEntry, kind="dense"):
    """All trained entries as floats, integers or signs. Neutral at fp32: decode(encode(x)) = x, exactly.

    A fragment is `format, type, runs`, then per run `tensor id, first entry, count, values`; tensors larger than a
    fragment are split into runs, small ones share a fragment. fp16 has a relative error <= 2^-11 for
    6.1e-5 <= |x| <= 65504 and saturates beyond. Integers are symmetric with one scale per run, max|x|/127 or max|x|/7:
    error <= half a scale to nearest; stochastic rounding errs by up to a scale and is unbiased (QSGD's rule, Alistarh
    et al. 2017, with the maximum for its norm). bf16 has a relative error <= 2^-8; `sign` sends one bit an entry and
    mean|x| per run, which is biased (at random: max|x|, unbiased).
    """

    values: ValueType = Field("fp32", description="number format on the air")
    head: ValueType | None = Field(None, description="format of the head, sent first; null: one stream in `values`")
    rounding: Rounding = Field("nearest", description="to the nearest number, or at random so that the mean is exact")

    def _pairs_form(self) -> ValueType:
        return self.values

    def _head_form(self) -> ValueType | None:
        return self.head

    def _draw(self, source: Source) -> np.random.Generator | None:
        return source.generator if self.rounding == "stochastic" else None
