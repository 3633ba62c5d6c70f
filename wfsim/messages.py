"""The nouns that travel between rooms. Frozen, keyword-only; names carry units.

Arrays are NumPy, float32 (what the engine learned under `precision: float64` stays float64 until it is encoded).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


class Pair(NamedTuple):
    """LoRA factors of one matrix: `a` [rank, d_in] and `b` [d_out, rank]; the matrix moves by s b a."""

    a: Values
    b: Values


class PairShape(NamedTuple):
    """A matrix that carries LoRA factors: its module name and its size."""

    name: str
    d_out: int
    d_in: int


class TensorShape(NamedTuple):
    """One tensor of an adapter, as codecs see it."""

    name: str
    shape: tuple[int, ...]

    @property
    def entries(self) -> int:
        """Number of values."""
        return int(np.prod(self.shape))


@dataclass(frozen=True, kw_only=True)
class AdapterShapes:
    """What an adapter is made of: LoRA pairs of one rank and named dense tensors (the classifier head)."""

    rank: int
    pairs: tuple[PairShape, ...]
    dense: tuple[TensorShape, ...]

    @cached_property
    def tensors(self) -> tuple[TensorShape, ...]:
        """All tensors in canonical order: A then B of every pair, then the dense ones."""
        pairs = [
            tensor
            for name, d_out, d_in in self.pairs
            for tensor in (
                TensorShape(f"{name}.lora_A", (self.rank, d_in)),
                TensorShape(f"{name}.lora_B", (d_out, self.rank)),
            )
        ]
        return (*pairs, *self.dense)

    @cached_property
    def entries(self) -> int:
        """Number of values in the whole adapter."""
        return sum(tensor.entries for tensor in self.tensors)

    def split(self, vector: Values) -> list[Values]:
        """The tensors of a vector [entries] in canonical order. Raises ValueError for another length."""
        if vector.shape != (self.entries,):
            raise ValueError(f"adapter vector has shape {vector.shape}, needs ({self.entries},)")
        parts = np.split(vector, np.cumsum([tensor.entries for tensor in self.tensors])[:-1])
        return [part.reshape(tensor.shape) for part, tensor in zip(parts, self.tensors, strict=True)]


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """Values of LoRA pairs and dense tensors, both keyed by name in canonical order. Adapters form a vector space."""

    pairs: Mapping[str, Pair]
    dense: Mapping[str, Values]

    def vector(self) -> Values:
        """All values in canonical order, shape [entries]."""
        pairs = [factor.ravel() for pair in self.pairs.values() for factor in pair]
        return np.concatenate([*pairs, *(tensor.ravel() for tensor in self.dense.values())])

    @staticmethod
    def from_vector(shapes: AdapterShapes, vector: Values) -> Adapter:
        """The inverse of `vector`. Raises ValueError when the length is not `shapes.entries`."""
        parts = shapes.split(vector)
        count = len(shapes.pairs)
        pairs = {pair.name: Pair(parts[2 * i], parts[2 * i + 1]) for i, pair in enumerate(shapes.pairs)}
        return Adapter(pairs=pairs, dense={d.name: p for d, p in zip(shapes.dense, parts[2 * count :], strict=True)})


@dataclass(frozen=True, kw_only=True)
class Update(Adapter):
    """What one device learned: deltas against the adapter it started from, and its weight (training examples)."""

    weight: float
    base_version: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What will fly before it is computed: bytes and adapter entries of every fragment, in order of sending."""

    fragment_bytes: tuple[int, ...]
    fragment_entries: tuple[int, ...]

    @property
    def size_bits(self) -> int:
        """Bits of all fragments, packet headers excluded."""
        return 8 * sum(self.fragment_bytes)


@dataclass(frozen=True, kw_only=True)
class Payload:
    """Encoded bytes: each fragment fills at most one packet and decodes alone."""

    fragments: tuple[bytes, ...]

    @property
    def size_bits(self) -> int:
        """Bits of all fragments, indices and headers inside them included, packet headers excluded."""
        return 8 * sum(len(fragment) for fragment in self.fragments)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What the server knows of a device before a round.

    SNRs are of the uplink over the whole band: `mean_snr_db` without fading, `snr_db` with the fading of `csi_age_s`
    ago. `upload_bits` counts the update's packets on the air, headers included, each once.
    """

    device: str
    mean_snr_db: float
    snr_db: float
    upload_bits: float


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What the controller asks of a device before training. `deadline_s` is an absolute time or None."""

    device: str
    round: int
    base_version: int
    rank: int
    deadline_s: float | None


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a device says when it wants to upload: its mean SNR over the whole band."""

    device: str
    round: int
    snr_db: float


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The controller's answer. `band_weight` is a fraction of the band: those of one cohort sum to at most 1."""

    device: str
    band_weight: float


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What the medium did with one device's packets. `arrived` [fragments] is true where a packet got through."""

    transfer: str
    start_s: float
    end_s: float
    sent_bits: float
    attempts: int
    energy_j: float
    arrived: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An update at the server. `update` holds zeros where nothing came; `mask` [entries] says what came."""

    members: tuple[str, ...]
    update: Update
    mask: NDArray[np.bool_]
    staleness: int
