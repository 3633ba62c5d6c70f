"""QSGD: every entry at a few levels of its bucket's norm, drawn at random."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.compress import Source
from wfsim.compress._every_entry import EveryEntry
from wfsim.compress._levels import NormLevels
from wfsim.compress._numbers import ValueType


class Qsgd(EveryEntry, kind="qsgd"):
    """x becomes ||bucket|| sign(x) l / s with l at random among the two levels beside s |x| / ||bucket||: unbiased.

    Bits: ceil(log2(2 s + 2)) an entry (1, 3, 7, 127 levels: 2, 3, 4, 8 bits; one code is what is not finite) and 32 a
    bucket; fragments and runs as in `dense`, no bucket reaches over a run. Variance of a bucket of d entries <=
    min(d / s^2, sqrt(d) / s) ||x||^2. Under error feedback keep that below ||x||^2. Source: Alistarh et al. 2017, arXiv
    1610.02132, with codes of one length in place of Elias's, so that sizes are known beforehand.
    """

    levels: int = Field(127, ge=1, le=32767, description="s, levels above zero")
    bucket_entries: int = Field(512, ge=1, description="entries that share a norm")
    head: ValueType | None = Field(None, description="format of the head, sent first, at random too; null: as the rest")

    def _pairs_form(self) -> NormLevels:
        return NormLevels(self.levels, self.bucket_entries)

    def _head_form(self) -> ValueType | None:
        return self.head

    def _draw(self, source: Source) -> np.random.Generator:
        return source.generator
