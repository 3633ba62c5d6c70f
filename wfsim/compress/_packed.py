"""Base, no kind itself, of wrappers that compress the bytes of fragments without loss."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from wfsim.compress import Source
from wfsim.compress._wrapping import Wrapping
from wfsim.messages import Adapter, AdapterShapes, Payload, Values

_RAW, _PACKED = b"\x00", b"\x01"


class Packed(Wrapping):
    """A flag byte, then the inner fragment, compressed where that is shorter: never more than a byte longer.

    Fragments are compressed one by one, so that each decodes alone, in the inner codec's order; nothing is moved from
    one to another, so their number is the inner one's. Values decide sizes: there is no plan, a timing-only run
    measures assumed updates, and an update is computed before it is sent. Sizes belong to the compressor's version.
    """

    def plan(self, shapes: AdapterShapes, max_bytes: int) -> None:
        """None: values decide the sizes."""

    def encode(self, values: Adapter, shapes: AdapterShapes, max_bytes: int, source: Source) -> Payload:
        inner = self.inner.encode(values, shapes, max_bytes - len(_RAW), source)
        return Payload(fragments=tuple(map(self._wrap, inner.fragments)))

    def decode(self, fragments: Iterable[bytes], shapes: AdapterShapes) -> tuple[Values, NDArray[np.bool_]]:
        return self.inner.decode(map(self._unwrap, fragments), shapes)

    def carried(self, fragment: bytes, shapes: AdapterShapes) -> int:
        return self.inner.carried(self._unwrap(fragment), shapes)

    def _compressed(self, data: bytes) -> bytes:
        """Shorter bytes, if possible."""
        raise NotImplementedError(type(self).__name__)

    def _expanded(self, data: bytes) -> bytes:
        """The inverse of `_compressed`."""
        raise NotImplementedError(type(self).__name__)

    def _wrap(self, fragment: bytes) -> bytes:
        packed = self._compressed(fragment)
        return _PACKED + packed if len(packed) < len(fragment) else _RAW + fragment

    def _unwrap(self, fragment: bytes) -> bytes:
        flag, data = fragment[:1], fragment[1:]
        if flag not in (_RAW, _PACKED):
            raise ValueError(f"not a fragment of {self.kind}: flag {flag!r}")
        return self._expanded(data) if flag == _PACKED else data
