"""Which entries of a range were chosen: Rice-coded gaps, one of whose codes is the plain bitmap.

A gap is the number of entries left out before a chosen one. Parameter m writes it as (gap >> m) zeros and a one, then
its m low bits: m + 1 + (gap >> m) bits. With m = 0 that is the bitmap up to the last chosen entry, so the shortest of
all parameters is also the cheaper of bitmap and Rice code. All unary parts come first and all low bits after them,
which makes packing and unpacking vector operations. Source: R. F. Rice, JPL Publication 79-22 (1979). For a share p of
entries chosen at random it takes at most 5 % more than the entropy (-log2(p) - (1/p - 1) log2(1 - p) per chosen entry)
where p <= 1/2; up to 1 bit per entry where nearly all are chosen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]


def running_bits(positions: Positions) -> NDArray[np.int64]:
    """Bits of the index of the first j + 1 positions (ascending, from 0) under parameter m, [parameters, positions].

    No parameter beyond the last row is shorter: it would spend a bit on every gap and save none.
    """
    gaps = np.diff(positions, prepend=-1) - 1
    parameters = np.arange(1 + int(gaps.max(initial=0)).bit_length())[:, None]
    return np.cumsum((gaps >> parameters) + (parameters + 1), axis=1)


def pack_positions(positions: Positions, parameter: int) -> bytes:
    """The index of ascending positions counted from their range's start, padded with zeros to whole bytes."""
    gaps = np.diff(positions, prepend=-1) - 1
    ends = np.cumsum((gaps >> parameter) + 1)
    unary = np.zeros(ends[-1] if len(ends) else 0, dtype=np.uint8)
    unary[ends - 1] = 1
    low = gaps[:, None] >> np.arange(parameter) & 1
    return np.packbits(np.concatenate([unary, low.ravel().astype(np.uint8)])).tobytes()


def unpack_positions(data: bytes, parameter: int, count: int) -> Positions:
    """The inverse of `pack_positions`, [count]."""
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8))
    ends = np.flatnonzero(bits)[:count] + 1
    at = int(ends[-1]) if count else 0
    low = bits[at : at + count * parameter].reshape(count, parameter) @ (1 << np.arange(parameter))
    gaps = ((np.diff(ends, prepend=0) - 1) << parameter) + low
    return np.cumsum(gaps + 1) - 1
