"""Base, no kind itself, of codecs around another codec."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.compress import Codec, Source
from wfsim.messages import Adapter, AdapterShapes


class Wrapping(Codec):
    """What is asked of the outer codec and only the inner one can answer."""

    inner: Codec = Field(description="codec that is wrapped", examples=["soft"])

    @model_validator(mode="after")
    def _remembers_once(self) -> Wrapping:
        if self.inner.has_memory:
            raise ValueError(f"{self.inner.kind} remembers already: wrap a codec without memory")
        return self

    @property
    def adjustable(self) -> bool:
        return self.inner.adjustable

    @property
    def fixed(self) -> bool:
        return self.inner.fixed

    @property
    def by_lot(self) -> bool:
        return self.inner.by_lot

    @property
    def additive(self) -> bool:
        return self.inner.additive

    def keeping(self, ranks: int) -> Wrapping:
        return self.model_copy(update={"inner": self.inner.keeping(ranks)})

    def dropped_energy(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.float64]:
        return self.inner.dropped_energy(values, shapes, source)
