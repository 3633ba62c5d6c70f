"""QSGD's numbers: levels of a bucket's Euclidean norm, drawn at random."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.compress._number_format import SCALE, NumberFormat
from wfsim.messages import Values


@dataclass(frozen=True)
class NormLevels(NumberFormat):
    """x becomes ||bucket|| l / s, |l| in 0 ... s, l = floor(s |x| / ||bucket|| + u) with u uniform in [0, 1).

    A piece of n values: 4 ceil(n / bucket) bytes of norms, then n codes of ceil(log2(2 s + 2)) bits, padded to a byte.
    The spare code is what is not finite (left out of the norm); it comes back as NaN. Always at random.
    """

    levels: int
    bucket: int

    @property
    def bits(self) -> int:
        """Of a code: signed levels -s ... s and the spare code."""
        return (2 * self.levels + 1).bit_length()

    def size(self, count: int) -> int:
        """Norms and codes."""
        return SCALE.itemsize * -(-count // self.bucket) - (-count * self.bits // 8)

    def room(self, size: int) -> int:
        """The largest count whose size is at most `size`."""
        count = max(8 * size * self.bucket // (32 + self.bits * self.bucket), 0)
        while count and self.size(count) > size:
            count -= 1  # a few steps: the last bucket's norm and the last byte may be paid for in full
        return count

    def pack_all(self, pieces: Sequence[Values], generator: np.random.Generator | None) -> bytes:
        """Norms and codes of every piece. Raises ValueError without a generator."""
        if generator is None:
            raise ValueError("these numbers are drawn at random")
        return b"".join(self._pack(piece.astype(np.float64), generator) for piece in pieces)

    def unpack_all(self, data: bytes, offset: int, counts: Sequence[int]) -> list[Values]:
        """Values [count] of every piece."""
        starts = itertools.accumulate(map(self.size, counts), initial=offset)
        return [self._unpack(data, start, count) for start, count in zip(starts, counts, strict=False)]

    def _pack(self, piece: NDArray[np.float64], generator: np.random.Generator) -> bytes:
        finite = np.isfinite(piece)
        known = np.where(finite, piece, 0.0)
        sums = np.add.reduceat(known**2, np.arange(0, len(piece), self.bucket))
        norms = np.minimum(np.sqrt(sums), np.finfo(SCALE).max).astype(SCALE)
        spread = self._spread(norms, len(piece))
        shares = np.divide(np.abs(known), spread, out=np.zeros(len(piece)), where=spread > 0.0)
        steps = np.minimum(np.floor(shares * self.levels + generator.random(len(piece))), self.levels)
        codes = np.where(finite, np.copysign(steps, known) + self.levels, 2 * self.levels + 1).astype(np.int64)
        bits = codes[:, None] >> np.arange(self.bits) & 1
        return norms.tobytes() + np.packbits(bits.astype(np.uint8).ravel(), bitorder="little").tobytes()

    def _unpack(self, data: bytes, start: int, count: int) -> Values:
        norms = np.frombuffer(data, dtype=SCALE, count=-(-count // self.bucket), offset=start)
        at, packed_bytes = start + norms.nbytes, -(-count * self.bits // 8)
        packed = np.frombuffer(data, dtype=np.uint8, count=packed_bytes, offset=at)
        bits = np.unpackbits(packed, count=count * self.bits, bitorder="little").reshape(count, self.bits)
        codes = bits @ (1 << np.arange(self.bits)) - self.levels
        values = self._spread(norms, count) * codes / self.levels
        return np.where(codes > self.levels, np.nan, values).astype(np.float32)

    def _spread(self, norms: NDArray[np.float32], count: int) -> NDArray[np.float64]:
        return np.repeat(norms.astype(np.float64), self.bucket)[:count]
