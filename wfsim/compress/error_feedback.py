"""Error feedback: what was not sent is remembered and added to the next update."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.compress import Source
from wfsim.compress._wrapping import Wrapping
from wfsim.messages import Adapter, AdapterShapes, Payload, Plan, Values


class ErrorFeedback(Wrapping, kind="error_feedback"):
    """Another codec with a memory: e <- (delta + e) - decode(encode(delta + e)), in binary32, entry by entry.

    Source: Seide et al. 2014; Karimireddy et al. 2019, arXiv 1901.09847. `on: encoded` takes all that was sent for
    received; `on: acked` remembers also what was lost on the way, for which the server acknowledges every fragment.
    The world adds e to the delta before it is encoded. Entries that are not finite are not remembered.
    """

    has_memory = True

    on: Literal["encoded", "acked"] = Field(
        "encoded", description="what counts as received: all that was sent, or what arrived"
    )

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

    def remainder(self, values: Adapter, payload: Payload, arrived: NDArray[np.bool_], shapes: AdapterShapes) -> Values:
        received = arrived if self.acknowledged else np.ones(len(payload.fragments), dtype=bool)
        fragments = [f for f, came in zip(payload.fragments, received, strict=True) if came]
        whole = values.vector().astype(np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            rest = whole - self.inner.decode(fragments, shapes)[0]
        return np.where(shapes.trained & np.isfinite(rest), rest, np.float32(0.0))
