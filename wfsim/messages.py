"""The nouns that travel between rooms. Frozen, keyword-only; names carry units.

Arrays are NumPy, float32 (what the engine learned under `precision: float64` stays float64 until it is encoded).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
Thing = TypeVar("Thing")


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
    """What an adapter is made of: LoRA pairs of one rank and named dense tensors (the classifier head).

    `factors` says which factors are trained and sent: under `b` (FFA-LoRA) every A stays as it came with the model;
    under `alternate` (RoLoRA) it depends on the version that training starts from, and `at` tells.
    """

    rank: int
    pairs: tuple[PairShape, ...]
    dense: tuple[TensorShape, ...]
    factors: Literal["both", "a", "b", "alternate"] = "both"

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

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where each tensor begins in the vector of all values, and where the last one ends."""
        return (0, *np.cumsum([tensor.entries for tensor in self.tensors]).tolist())

    def at(self, version: int) -> AdapterShapes:
        """What training from this version trains and sends: under `alternate` B from even versions (B is 0 in version
        0, where A has no gradient) and A from odd ones."""
        return self._halves[version % 2] if self.factors == "alternate" else self

    def of_rank(self, rank: int) -> AdapterShapes:
        """The same matrices with pairs of another rank."""
        return self if rank == self.rank else replace(self, rank=rank)

    @cached_property
    def _halves(self) -> tuple[AdapterShapes, AdapterShapes]:
        return replace(self, factors="b"), replace(self, factors="a")

    @property
    def sends_a(self) -> bool:
        """Whether A is trained and sent."""
        return self.factors != "b"

    @property
    def sends_b(self) -> bool:
        """Whether B is trained and sent."""
        return self.factors != "a"

    def flying(self, of_b: Thing, of_a: Thing) -> tuple[Thing, ...]:
        """Of what belongs to B and what belongs to A: that of the factors that fly, B's first."""
        return (of_b,) * self.sends_b + (of_a,) * self.sends_a

    @cached_property
    def sent(self) -> tuple[int, ...]:
        """Indices of the tensors that fly, in canonical order: all but frozen factors."""
        flies = (self.sends_a, self.sends_b)
        return tuple(i for i in range(len(self.tensors)) if i >= 2 * len(self.pairs) or flies[i % 2])

    @cached_property
    def trained(self) -> NDArray[np.bool_]:
        """Mask [entries] of the values that are trained and sent."""
        mask = np.zeros(self.entries, dtype=bool)
        for index in self.sent:
            mask[self.offsets[index] : self.offsets[index + 1]] = True
        return mask

    def split(self, vector: Values) -> list[Values]:
        """The tensors of a vector [entries] in canonical order. Raises ValueError for another length."""
        if vector.shape != (self.entries,):
            raise ValueError(f"adapter vector has shape {vector.shape}, needs ({self.entries},)")
        parts = np.split(vector, self.offsets[1:-1])
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

    def coverage(self, arrived: NDArray[np.bool_]) -> float:
        """Entries of the fragments that arrived over those of all."""
        if np.count_nonzero(arrived) == len(arrived):
            return 1.0
        came = sum(entries for entries, there in zip(self.fragment_entries, arrived.tolist(), strict=True) if there)
        return came / max(sum(self.fragment_entries), 1)


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
    ago. `upload_bits` counts the update's packets on the air, headers included, each once. `compute_s` is the expected
    time of a full local training. The rest is history: rounds since the device last took part (None: never), how
    often it did, joules it drew, how long its last turn took (download to upload), the root mean square loss on
    its examples when it last trained (None: not known), and how many updates in a row, the last one included, it has
    `held` back.
    """

    device: str
    mean_snr_db: float
    snr_db: float
    upload_bits: float
    examples: int = 1
    compute_s: float = 0.0
    age_rounds: int | None = None
    turns: int = 0
    energy_j: float = 0.0
    last_turn_s: float | None = None
    last_loss: float | None = None
    held: int = 0


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What the controller fixes for one device before it trains: active ranks and local steps (None: all of them)."""

    rank: int | None = None
    local_steps: int | None = None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What a device is asked to do. `deadline_s` is an absolute time or None.

    `round` counts the server's rounds, or the device's own turns where devices do not wait for rounds: with the device
    it addresses its minibatches and names its transfers, together with the `attempt` where a device that crashed begins
    its turn again.
    """

    device: str
    round: int
    base_version: int
    rank: int
    local_steps: int
    deadline_s: float | None
    attempt: int = 1

    @property
    def label(self) -> str:
        """Names this turn of this device in transfers."""
        return f"{self.device}/{self.round}" + (f"/{self.attempt}" if self.attempt > 1 else "")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a device says when it wants to upload, `elapsed_s` after its round began.

    `snr_db` is its SNR over the whole band as far as it is known (NaN where control does not look), `band_free` the
    share of the band that foreign traffic leaves now. `dropped` [ranks] is the share of the update's energy that would
    be left out if 1, 2, ... ranks were kept (None: not asked for); `upload_bits` [ranks] the bits on the air.
    """

    device: str
    round: int
    snr_db: float
    elapsed_s: float = 0.0
    band_free: float = 1.0
    dropped: tuple[float, ...] | None = None
    upload_bits: tuple[float, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The controller's answer. `band_weight` is a fraction of the band: those of one cohort sum to at most 1.

    `keep` ranks are sent of every matrix (None: what the codec says). `send=False` holds the update back: a codec with
    memory adds it to the next one.
    """

    device: str
    band_weight: float
    keep: int | None = None
    send: bool = True


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a round went, as a controller learns it: seconds from its start to the aggregation, and of every device from
    the round's start until its upload was over."""

    round: int
    round_s: float
    device_s: Mapping[str, float]


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
    """An update at the server. `update` holds zeros where nothing came; `mask` [entries] says what came.

    `start` [entries] is what the device trained from; `staleness` counts the versions made since.
    """

    members: tuple[str, ...]
    update: Update
    mask: NDArray[np.bool_]
    staleness: int
    start: Values | None = None
