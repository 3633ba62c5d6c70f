"""Error feedback: what was not sent is remembered and added to the next update."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.compress import Codec, Source
from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values


class ErrorFeedback(Codec, kind="error_feedback"):
    """Another codec with a memory: e <- (delta + e) - decode(encode(delta + e)), in binary32, entry by entry.

    Source: Seide et al. 2014; Karimireddy et al. 2019, arXiv 1901.09847. `on: encoded` takes all that was sent for
    received; `on: acked` remembers also what was lost on the way, for which the server acknowledges every fragment.
    The world adds e to the delta before it is encoded. Entries that are not finite are not remembered.
    """

    has_memory = True

    inner: Codec = Field(description="codec that is wrapped", examples=["soft"])
    on: Literal["encoded", "acked"] = Field(
        "encoded", description="what counts as received: all that was sent, or what arrived"
    )

    @model_validator(mode="after")
    def _remembers_once(self) -> ErrorFeedback:
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
    def additive(self) -> bool:
        return self.inner.additive

    @property
    def acknowledged(self) -> bool:
        return self.on == "acked"

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> Plan | None:
        return self.inner.plan(shapes, max_bytes)

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int, source: Source) -> Payload:
        return self.inner.encode(values, shapes, max_bytes, source)

    def decode(self, fragments: Iterable[bytes], shapes: AdapterShapes) -> tuple[Values, NDArray[np.bool_]]:
        return self.inner.decode(fragments, shapes)

    def carried(self, fragment: bytes, shapes: AdapterShapes) -> int:
        return self.inner.carried(fragment, shapes)

    def keeping(self, ranks: int) -> ErrorFeedback:
        return self.model_copy(update={"inner": self.inner.keeping(ranks)})

    def dropped_energy(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.float64]:
        return self.inner.dropped_energy(values, shapes, source)

    def remainder(self, values: Adapter, payload: Payload, arrived: NDArray[np.bool_], shapes: AdapterShapes) -> Values:
        received = arrived if self.acknowledged else np.ones(len(payload.fragments), dtype=bool)
        fragments = [f for f, came in zip(payload.fragments, received, strict=True) if came]
        whole = values.vector().astype(np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            rest = whole - self.inner.decode(fragments, shapes)[0]
        return np.where(shapes.trained & np.isfinite(rest), rest, np.float32(0.0))
