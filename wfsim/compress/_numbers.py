"""Number formats on the air: the entries of one fragment <-> codes of fixed width, and what the fragment must say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Values

Codes = NDArray[np.generic]

_SCALE = np.dtype("<f4")
_LARGEST_CODE = 127
_NOT_FINITE = -128


class NumberFormat(Protocol):
    """`head_bytes` stand once in a fragment, a code of `dtype` for every entry."""

    head_bytes: int
    dtype: np.dtype

    def encode(self, values: Values) -> tuple[bytes, Codes]:
        """Head and codes [n] of a fragment's values [n]."""
        ...

    def decode(self, head: bytes, codes: Codes) -> Values:
        """Values [n] of codes [n] under a fragment's head."""
        ...


class _Float:
    """IEEE 754, rounded to nearest even; beyond the largest number it saturates where `saturates`."""

    head_bytes = 0

    def __init__(self, dtype: str, *, saturates: bool) -> None:
        self.dtype = np.dtype(dtype)
        self._limit = float(np.finfo(self.dtype).max) if saturates else np.inf

    def encode(self, values: Values) -> tuple[bytes, Codes]:
        """No head; codes [n]."""
        return b"", np.clip(values, -self._limit, self._limit).astype(self.dtype)

    def decode(self, head: bytes, codes: Codes) -> Values:
        """Values [n], exact."""
        return codes.astype(np.float32)


class _Int8:
    """round(x / scale) to nearest even, scale = max|x| / 127 of the fragment's finite values in binary32.

    |error| <= max|x| / 254 but for binary32 rounding. Where max|x| < 1.5e-36, whose scale binary32 does not hold to
    full precision, everything is 0. What is not finite gets the spare code -128 and comes back as NaN.
    """

    head_bytes = _SCALE.itemsize
    dtype = np.dtype("i1")

    def encode(self, values: Values) -> tuple[bytes, Codes]:
        """The scale, and codes [n]."""
        finite = np.isfinite(values)
        largest = float(np.abs(values[finite]).max(initial=0.0))
        scale = _SCALE.type(largest / _LARGEST_CODE)
        if scale < np.finfo(_SCALE).tiny:
            scale = _SCALE.type(0.0)
        steps = np.divide(values, float(scale), out=np.zeros(values.shape), where=finite & (scale > 0.0))
        return scale.tobytes(), np.where(finite, np.rint(steps), _NOT_FINITE).astype(self.dtype)

    def decode(self, head: bytes, codes: Codes) -> Values:
        """Values [n]."""
        values = codes * float(np.frombuffer(head, dtype=_SCALE)[0])
        limit = float(np.finfo(np.float32).max)  # 127 scales may exceed it by rounding
        return np.where(codes == _NOT_FINITE, np.nan, np.clip(values, -limit, limit)).astype(np.float32)


FORMATS: Mapping[str, NumberFormat] = {
    "fp32": _Float("<f4", saturates=False),
    "fp16": _Float("<f2", saturates=True),
    "int8": _Int8(),
}
