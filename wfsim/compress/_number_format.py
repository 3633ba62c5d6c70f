"""What a number format promises: a *piece* (values that share one scale, or none) <-> bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from wfsim.messages import Values

SCALE = np.dtype("<f4")


class NumberFormat(ABC):
    """Pieces of known length. Sizes never depend on values."""

    @abstractmethod
    def size(self, count: int) -> int:
        """Bytes of a piece of `count` values, its scale included."""

    @abstractmethod
    def room(self, size: int) -> int:
        """How many values a piece of at most `size` bytes holds; 0 or less where none fits."""

    @abstractmethod
    def pack_all(self, pieces: Sequence[Values], generator: np.random.Generator | None) -> bytes:
        """Pieces one after the other: rounded to nearest, or with a generator up or down at random, E[decoded] = x."""

    @abstractmethod
    def unpack_all(self, data: bytes, offset: int, counts: Sequence[int]) -> list[Values]:
        """The values [count] of every piece, the first of which begins at `offset`."""

    def pack(self, values: Values, generator: np.random.Generator | None) -> bytes:
        """One piece."""
        return self.pack_all([values], generator)

    def unpack(self, data: bytes, offset: int, count: int) -> Values:
        """The values [count] of one piece."""
        return self.unpack_all(data, offset, [count])[0]
