"""Number formats on the air by name: IEEE floats and integers, bf16 and signs."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wfsim.compress._bfloat import BFloat16
from wfsim.compress._number_format import SCALE, NumberFormat
from wfsim.compress._sign import Sign
from wfsim.messages import Values

ValueType = Literal["fp32", "fp16", "int8", "int4", "bf16", "sign"]
Rounding = Literal["nearest", "stochastic"]


class _Float(NumberFormat):
    """IEEE 754, to nearest even or to either neighbour; beyond the largest number it saturates where `saturates`."""

    def __init__(self, dtype: str, *, saturates: bool) -> None:
        self._dtype = np.dtype(dtype)
        self._limit = float(np.finfo(self._dtype).max) if saturates else np.inf

    def size(self, count: int) -> int:
        """A number each, no scale."""
        return count * self._dtype.itemsize

    def room(self, size: int) -> int:
        """Numbers in `size` bytes."""
        return size // self._dtype.itemsize

    def pack_all(self, pieces: Sequence[Values], generator: np.random.Generator | None) -> bytes:
        """Numbers."""
        exact = np.clip(np.concatenate(pieces), -self._limit, self._limit)
        near = exact.astype(self._dtype)
        return (near if generator is None else self._either_side(exact, near, generator)).tobytes()

    def unpack_all(self, data: bytes, offset: int, counts: Sequence[int]) -> list[Values]:
        """Numbers, exact."""
        values = np.frombuffer(data, dtype=self._dtype, count=sum(counts), offset=offset).astype(np.float32)
        return np.split(values, list(itertools.accumulate(counts))[:-1])

    def _either_side(self, exact: Values, near: NDArray, generator: np.random.Generator) -> NDArray:
        beyond = np.where(exact > near, np.inf, -np.inf).astype(self._dtype)
        with np.errstate(invalid="ignore", over="ignore"):
            far = np.nextafter(near, beyond)
            chance = np.abs(exact.astype(np.float64) - near) / np.abs(far.astype(np.float64) - near)
        return np.where(generator.random(len(near)) < chance, far, near)


class _Integer(NumberFormat):
    """Symmetric integers of 8 or 4 bits, scale = max|x| / L of the piece's finite values in binary32, L = 127 or 7.

    To nearest even, |error| <= scale / 2 (but for binary32 rounding); at random, floor(x / scale + u), |error| < scale.
    Where the scale is too small for binary32 to hold it to full precision, 1.2e-38, everything is 0. What is not finite
    gets the spare code -L - 1 and comes back as NaN. Two 4-bit codes share a byte, the first in its low half.
    """

    def __init__(self, bits: Literal[8, 4]) -> None:
        self._bits, self._largest = bits, 2 ** (bits - 1) - 1

    def size(self, count: int) -> int:
        """The scale and the codes."""
        return SCALE.itemsize + self._code_bytes(count)

    def room(self, size: int) -> int:
        """Codes beside the scale."""
        return (size - SCALE.itemsize) * 8 // self._bits

    def pack_all(self, pieces: Sequence[Values], generator: np.random.Generator | None) -> bytes:
        """Scale and codes of every piece, all rounded at once."""
        whole = [np.append(piece, piece.dtype.type(0)) if len(piece) * self._bits % 8 else piece for piece in pieces]
        counts = [len(piece) for piece in whole]
        values = np.concatenate(whole)
        scales = self._scales(values, counts)
        codes = self._joined(self._codes(values, np.repeat(scales, counts), generator)).tobytes()
        ends = itertools.accumulate(map(self._code_bytes, counts), initial=0)
        spans = itertools.pairwise(ends)
        return b"".join(scale.tobytes() + codes[a:b] for scale, (a, b) in zip(scales, spans, strict=True))

    def unpack_all(self, data: bytes, offset: int, counts: Sequence[int]) -> list[Values]:
        """Values [count] of every piece."""
        sizes = [self.size(count) for count in counts]
        starts = list(itertools.accumulate(sizes, initial=offset))[:-1]
        scales = np.frombuffer(b"".join(data[start : start + SCALE.itemsize] for start in starts), dtype=SCALE)
        ends = zip(starts, sizes, strict=True)
        joined = b"".join(data[start + SCALE.itemsize : start + size] for start, size in ends)
        codes = self._parted(np.frombuffer(joined, dtype=np.int8))
        lengths = [self._code_bytes(count) * 8 // self._bits for count in counts]
        values = self._values(codes, np.repeat(scales, lengths))
        firsts = itertools.accumulate(lengths, initial=0)
        return [values[first : first + count] for first, count in zip(firsts, counts, strict=False)]

    def _code_bytes(self, count: int) -> int:
        return -(-count * self._bits // 8)

    def _scales(self, values: Values, counts: Sequence[int]) -> NDArray[np.float32]:
        sizes = np.abs(values)
        starts = np.cumsum([0, *counts[:-1]])
        largest = np.maximum.reduceat(np.where(np.isfinite(sizes), sizes, 0.0), starts)
        scales = (largest.astype(np.float64) / self._largest).astype(SCALE)
        return np.where(scales >= np.finfo(SCALE).tiny, scales, SCALE.type(0.0))

    def _codes(
        self, values: Values, scales: NDArray[np.float32], generator: np.random.Generator | None
    ) -> NDArray[np.int8]:
        finite, scales = np.isfinite(values), scales.astype(np.float64)
        steps = np.divide(values, scales, out=np.zeros(values.shape), where=finite & (scales > 0.0))
        rounded = np.rint(steps) if generator is None else np.floor(steps + generator.random(len(steps)))
        codes = np.where(finite, np.clip(rounded, -self._largest, self._largest), -self._largest - 1)
        return codes.astype(np.int8)

    def _values(self, codes: NDArray[np.int8], scales: NDArray[np.float32]) -> Values:
        limit = float(np.finfo(np.float32).max)  # L scales may exceed it by rounding
        values = np.clip(codes * scales.astype(np.float64), -limit, limit)
        return np.where(codes < -self._largest, np.nan, values).astype(np.float32)

    def _joined(self, codes: NDArray[np.int8]) -> NDArray[np.int8]:
        if self._bits == 8:
            return codes
        low, high = codes.reshape(-1, 2).T
        return (low & 15) | (high << 4)

    def _parted(self, packed: NDArray[np.int8]) -> NDArray[np.int8]:
        if self._bits == 8:
            return packed
        return np.stack([(packed << 4) >> 4, packed >> 4], axis=1).ravel()


FORMATS: Mapping[ValueType, NumberFormat] = {
    "fp32": _Float("<f4", saturates=False),
    "fp16": _Float("<f2", saturates=True),
    "int8": _Integer(8),
    "int4": _Integer(4),
    "bf16": BFloat16(),
    "sign": Sign(),
}
TYPES: tuple[ValueType, ...] = tuple(FORMATS)  # a format's place is its number in a fragment's header

Numbers = ValueType | NumberFormat  # a format by name, or one that a codec's own fields define
_OWN = 255


def format_of(kind: Numbers) -> NumberFormat:
    """The format itself."""
    return kind if isinstance(kind, NumberFormat) else FORMATS[kind]


def type_id(kind: Numbers) -> int:
    """The format's number in a fragment's header."""
    return _OWN if isinstance(kind, NumberFormat) else TYPES.index(kind)


def format_numbered(number: int, own: NumberFormat | None = None) -> NumberFormat | None:
    """The format that a header names, `own` being the codec's; None for a number that stands for none."""
    if number == _OWN:
        return own
    return FORMATS[TYPES[number]] if number < len(TYPES) else None
