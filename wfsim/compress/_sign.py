"""One bit per value and one size per piece."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from wfsim.compress._number_format import SCALE, NumberFormat
from wfsim.messages import Values


class Sign(NumberFormat):
    """x becomes +m or -m, m = mean |x| of the piece: the signs' best multiple. Biased: use it with error feedback.

    At random it is unbiased, at a variance of m^2 - x^2: +m with chance (1 + x / m) / 2, m = max |x|. 0 counts as
    positive; a piece with a value that is not finite comes back as NaN. Source: Bernstein et al. 2018, arXiv
    1802.04434; with the mean as scale, Karimireddy et al. 2019, arXiv 1901.09847; at random, Jin et al. 2020, arXiv
    2002.10940.
    """

    def size(self, count: int) -> int:
        """The scale and the bits."""
        return SCALE.itemsize - (-count // 8)

    def room(self, size: int) -> int:
        """Bits beside the scale."""
        return (size - SCALE.itemsize) * 8

    def pack_all(self, pieces: Sequence[Values], generator: np.random.Generator | None) -> bytes:
        """Scale and bits of every piece."""
        return b"".join(_pack(piece, generator) for piece in pieces)

    def unpack_all(self, data: bytes, offset: int, counts: Sequence[int]) -> list[Values]:
        """Values [count] of every piece."""
        starts = itertools.accumulate(map(self.size, counts), initial=offset)
        return [_unpack(data, start, count) for start, count in zip(starts, counts, strict=False)]


def _pack(piece: Values, generator: np.random.Generator | None) -> bytes:
    sizes = np.abs(piece).astype(np.float64)
    scale = SCALE.type(sizes.mean() if generator is None else sizes.max())
    if generator is None or not np.isfinite(scale) or scale == 0.0:
        positive = piece >= 0.0
    else:
        positive = generator.random(len(piece)) * 2.0 < 1.0 + piece / float(scale)
    finite = np.isfinite(sizes).all()
    return (scale if finite else SCALE.type(np.nan)).tobytes() + np.packbits(positive, bitorder="little").tobytes()


def _unpack(data: bytes, start: int, count: int) -> Values:
    scale = np.frombuffer(data, dtype=SCALE, count=1, offset=start)[0]
    packed = np.frombuffer(data, dtype=np.uint8, count=-(-count // 8), offset=start + SCALE.itemsize)
    positive = np.unpackbits(packed, count=count, bitorder="little").astype(bool)
    return np.where(positive, scale, -scale).astype(np.float32)
