"""What is trained: LoRA factors on linear layers and an encoder's classifier head, the head alone, or everything."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from wfsim.errors import ScenarioError, nearest
from wfsim.learning.families import Encoder
from wfsim.local_path import LocalPath
from wfsim.messages import Adapter, AdapterShapes, Pair, PairShape, TensorShape, Values
from wfsim.part import Section
from wfsim.rng import Streams

HEAD_WEIGHT, HEAD_BIAS = "classifier.weight", "classifier.bias"
HEAD_STD = 0.02


class AdapterSettings(Section):
    """LoRA (Hu et al. 2021): a matrix W becomes W + s B A with s = alpha / rank; the head is trained in full.

    The baselines have no pairs: `head` trains the head alone, `full` the head and every tensor of the base, which then
    fly as dense tensors.
    """

    method: Literal["lora", "head", "full"] = Field(
        "lora", description="lora: pairs and head; head: the head alone; full: the whole model (the other fields rest)"
    )
    rank: int = Field(4, ge=1, le=256, description="rank r of every pair")
    alpha: float = Field(8.0, gt=0.0, description="LoRA alpha; the update is scaled by alpha / rank")
    factors: Literal["both", "b", "alternate"] = Field(
        "both",
        description="what is trained and sent; b keeps every A as version 0 has it (FFA-LoRA, arXiv 2403.12313), "
        "alternate trains B from even versions and A from odd ones (RoLoRA, arXiv 2502.01755)",
    )
    send: Literal["deltas", "factors"] = Field(
        "deltas",
        description="what a device's update holds: what training changed, or the trained values themselves, from which "
        "the server takes what it had sent (whatever a codec leaves out of those counts as 0, not as unchanged)",
    )
    target_modules: Literal["all-linear"] | tuple[str, ...] = Field(
        "all-linear", description="layers that carry LoRA, by last name (q_proj, v_proj, fc1 ...), or all-linear"
    )
    start: LocalPath | None = Field(
        None, description="PEFT folder that version 0 comes from; random if null, and a head that it lacks"
    )

    @field_validator("target_modules", mode="before")
    @classmethod
    def _one_name_is_no_list(cls, value: object) -> object:
        if isinstance(value, str) and value != "all-linear":
            raise ValueError(f"{value!r}: give all-linear, or a list of layer names such as [q_proj, v_proj]")
        return value

    @model_validator(mode="after")
    def _a_baseline_has_no_lora(self) -> AdapterSettings:
        if self.method == "full" and self.start is not None:
            raise ValueError(
                "start names a PEFT folder, and method full trains no adapter: name the folder under model"
            )
        if self.method != "lora" and self.factors != "both":
            raise ValueError(f"factors {self.factors} has no meaning under method {self.method}, which has no pairs")
        return self

    @property
    def scale(self) -> float:
        """s = alpha / rank."""
        return self.alpha / self.rank


def adapter_shapes(settings: AdapterSettings, encoder: Encoder) -> AdapterShapes:
    """Shapes of what is trained in forward order, head last; under `full` the base's tensors come before the head.

    Raises ScenarioError for a layer the model lacks, and for a rank that no matrix of such a size can have.
    """
    head = tuple(tensor for module in encoder.head for tensor in module.tensors)
    if head and head[-1].entries < 2:
        raise ScenarioError(f"{head[-1].entries} classes; a classifier needs at least 2", path="learning.data")
    pairs = _targets(settings.target_modules, encoder.linears) if settings.method == "lora" else ()
    base = encoder.frozen if settings.method == "full" else ()
    if not (pairs or base or head):
        message = f"{settings.method} trains nothing: {encoder.family} has no head; give lora or full"
        raise ScenarioError(message, path="learning.adapter.method")
    _check_rank(settings.rank, pairs)
    return AdapterShapes(rank=settings.rank, pairs=pairs, dense=(*base, *head), factors=settings.factors)


def trains_base(shapes: AdapterShapes, encoder: Encoder) -> bool:
    """Whether the base's own tensors are trained (`method: full`)."""
    return len(shapes.dense) > sum(len(module.tensors) for module in encoder.head)


def _check_rank(rank: int, pairs: tuple[PairShape, ...]) -> None:
    narrowest = min(pairs, key=lambda pair: min(pair.d_out, pair.d_in), default=None)
    if narrowest is not None and rank > (most := min(narrowest.d_out, narrowest.d_in)):
        size = f"{narrowest.d_out} x {narrowest.d_in}"
        raise ScenarioError(
            f"{rank} is more than {narrowest.name} ({size}) can have; at most {most}", path="learning.adapter.rank"
        )


def _targets(wanted: str | tuple[str, ...], modules: tuple[PairShape, ...]) -> tuple[PairShape, ...]:
    if wanted == "all-linear":
        return modules
    for name in wanted:
        if not any(is_called(module.name, name) for module in modules):
            known = {last_name(module) for module in modules}
            message = f"no linear layer called {name!r}{nearest(name, known)}; known: {', '.join(sorted(known))}"
            raise ScenarioError(message, path="learning.adapter.target_modules")
    return tuple(module for module in modules if any(is_called(module.name, name) for name in wanted))


def is_called(module: str, name: str) -> bool:
    """PEFT's rule for a name in a list of targets: the whole name of a module, or its last parts."""
    return module == name or module.endswith(f".{name}")


def last_name(module: PairShape) -> str:
    """`q_proj` of `vit.layers.0.attention.q_proj`."""
    return module.name.rpartition(".")[2]


def initial_adapter(shapes: AdapterShapes, streams: Streams) -> Adapter:
    """A ~ U(-1/sqrt(d_in), 1/sqrt(d_in)), B = 0, head weight ~ N(0, 0.02^2), head bias 0; float32.

    The same laws as PEFT (kaiming_uniform with a = sqrt 5) and ViT; one stream per tensor, addressed by its name.
    """
    pairs = {pair.name: _initial_pair(pair, shapes.rank, streams) for pair in shapes.pairs}
    return Adapter(pairs=pairs, dense={tensor.name: _initial_dense(tensor, streams) for tensor in shapes.dense})


def fresh_pairs(shapes: AdapterShapes, streams: Streams, version: int) -> dict[str, Pair]:
    """Pairs of a version that begins anew, by the laws of `initial_adapter`; streams addressed by (tensor, version)."""
    return {pair.name: _initial_pair(pair, shapes.rank, streams, version) for pair in shapes.pairs}


def _initial_pair(pair: PairShape, rank: int, streams: Streams, *version: int) -> Pair:
    bound = 1.0 / np.sqrt(pair.d_in)
    a = streams.generator("adapter_init", f"{pair.name}.lora_A", *version).uniform(-bound, bound, (rank, pair.d_in))
    return Pair(a.astype(np.float32), np.zeros((pair.d_out, rank), np.float32))


def _initial_dense(tensor: TensorShape, streams: Streams) -> Values:
    if len(tensor.shape) == 1:
        return np.zeros(tensor.shape, np.float32)
    return streams.generator("adapter_init", tensor.name).normal(0.0, HEAD_STD, tensor.shape).astype(np.float32)
