"""bfloat16: the upper half of a binary32, 8 bits of exponent and 7 of fraction."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from wfsim.compress._number_format import NumberFormat
from wfsim.messages import Values

_LARGEST = float(np.array(0x7F7F0000, dtype=np.uint32).view(np.float32))


class BFloat16(NumberFormat):
    """To nearest even, or at random to either neighbour in proportion to how near it is: E[decoded] = x.

    Relative error <= 2^-8 to nearest and < 2^-7 at random for |x| >= 1.2e-38; saturates at 3.39e38. NaN stays NaN.
    """

    def size(self, count: int) -> int:
        """Two bytes a number, no scale."""
        return 2 * count

    def room(self, size: int) -> int:
        """Numbers in `size` bytes."""
        return size // 2

    def pack_all(self, pieces: Sequence[Values], generator: np.random.Generator | None) -> bytes:
        """Numbers."""
        exact = np.clip(np.concatenate(pieces), -_LARGEST, _LARGEST).astype(np.float32)
        bits = exact.view(np.uint32)
        if generator is None:
            added = np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))
        else:
            added = generator.integers(0, 1 << 16, len(bits), dtype=np.uint32)
        rounded = np.where(np.isnan(exact), np.uint32(0x7FC00000), bits + added)
        return (rounded >> np.uint32(16)).astype("<u2").tobytes()

    def unpack_all(self, data: bytes, offset: int, counts: Sequence[int]) -> list[Values]:
        """Numbers, exact."""
        halves = np.frombuffer(data, dtype="<u2", count=sum(counts), offset=offset).astype(np.uint32)
        values = (halves << np.uint32(16)).view(np.float32)
        return np.split(values, list(itertools.accumulate(counts))[:-1])
