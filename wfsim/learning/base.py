"""The frozen base where an aggregator moves it: what of it differs from the model on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Pair, Values


@dataclass(frozen=True, kw_only=True, eq=False)
class Base:
    """W0 + `deltas` [d_out, d_in] by pair name; a pair that is not named, and None in place of a base, is W0.

    A trainer gets it with every job (`Job.base`) and every evaluation, adds each delta to the frozen matrix of its pair
    for that piece of work alone, and keys what it caches of the frozen model's results by `digest_of(base)`.
    """

    deltas: Mapping[str, Values]

    @cached_property
    def digest(self) -> bytes:
        """Of names, shapes and values, 20 bytes: equal digests, equal bases."""
        digest = hashlib.blake2b(digest_size=20)
        for name in sorted(self.deltas):
            delta = self.deltas[name]
            digest.update(f"{name} {delta.dtype.str} {delta.shape}\n".encode() + delta.tobytes())
        return digest.digest()


def digest_of(base: Base | None) -> bytes:
    """20 bytes, zeros for W0."""
    return bytes(20) if base is None else base.digest


def moved(base: Base | None, change: Mapping[str, Pair]) -> Base:
    """W0 + delta + b a for every pair of `change`, summed in float64 and kept as float32."""
    deltas = dict(base.deltas) if base is not None else {}
    for name, (a, b) in change.items():
        product = _doubles(b) @ _doubles(a)
        deltas[name] = (product + deltas[name] if name in deltas else product).astype(np.float32)
    return Base(deltas=deltas)


def replaced(base: Base | None, deltas: Mapping[str, Values]) -> Base:
    """The base with these deltas in place of its own."""
    return Base(deltas={**(base.deltas if base is not None else {}), **deltas})


def _doubles(array: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(array, dtype=np.float64)
