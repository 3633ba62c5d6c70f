"""The frozen base in memory: read once from safetensors, shared by every job, never written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wfsim.errors import ScenarioError
from wfsim.learning.vit_config import VitConfig, read_vit_config

if TYPE_CHECKING:
    from torch import Tensor

_PATCH = "vit.embeddings.patch_embeddings.projection"
_CLASS_TOKEN, _POSITION = "vit.embeddings.cls_token", "vit.embeddings.position_embeddings"
_FUSED = {
    "q": ("attention.attention.query",),
    "kv": ("attention.attention.key", "attention.attention.value"),
    "o": ("attention.output.dense",),
    "fc1": ("intermediate.dense",),
    "fc2": ("output.dense",),
}


@dataclass(frozen=True, kw_only=True)
class Norm:
    """Gain and offset of a layer norm, each [hidden]."""

    weight: Tensor
    bias: Tensor


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One encoder layer. `weight` [d_out, d_in] and `bias` [d_out] of q, kv (keys, then values), o, fc1 and fc2."""

    weight: dict[str, Tensor]
    bias: dict[str, Tensor]
    before: Norm
    after: Norm


@dataclass(frozen=True, kw_only=True)
class FrozenVit:
    """A ViT without its head. `patch_weight` [hidden, channels * patch^2]; `position` [tokens, hidden]."""

    config: VitConfig
    patch_weight: Tensor
    patch_bias: Tensor
    class_token: Tensor
    position: Tensor
    layers: tuple[Layer, ...]
    norm: Norm


def load_frozen_vit(directory: Path, dtype: str = "float32") -> FrozenVit:
    """The base in `directory` (config.json, model.safetensors) in memory as float32 or float64.

    Weights on disk may be of lower precision. Raises ScenarioError for a missing file or tensor.
    """
    config = read_vit_config(directory)
    tensors = _Tensors(directory / "model.safetensors", dtype)
    layers = tuple(_layer(tensors, f"vit.encoder.layer.{index}") for index in range(config.layers))
    return FrozenVit(
        config=config,
        layers=layers,
        norm=tensors.norm("vit.layernorm"),
        patch_weight=tensors[f"{_PATCH}.weight"].reshape(config.hidden, -1),
        patch_bias=tensors[f"{_PATCH}.bias"],
        class_token=tensors[_CLASS_TOKEN].reshape(-1),
        position=tensors[_POSITION][0],
    )


def frozen_names(config: VitConfig) -> frozenset[str]:
    """The tensors that `load_frozen_vit` reads, by the names that transformers gives them on disk."""
    parts = [part for fused in _FUSED.values() for part in fused] + ["layernorm_before", "layernorm_after"]
    modules = [f"vit.encoder.layer.{index}.{part}" for index in range(config.layers) for part in parts]
    modules += [_PATCH, "vit.layernorm"]
    return frozenset(f"{m}.{last}" for m in modules for last in ("weight", "bias")) | {_CLASS_TOKEN, _POSITION}


def _layer(tensors: _Tensors, prefix: str) -> Layer:
    return Layer(
        weight={name: tensors.fused(f"{prefix}.{{}}.weight", parts) for name, parts in _FUSED.items()},
        bias={name: tensors.fused(f"{prefix}.{{}}.bias", parts) for name, parts in _FUSED.items()},
        before=tensors.norm(f"{prefix}.layernorm_before"),
        after=tensors.norm(f"{prefix}.layernorm_after"),
    )


class _Tensors:
    def __init__(self, path: Path, dtype: str) -> None:
        import torch
        from safetensors.torch import load_file

        if not path.is_file():
            raise ScenarioError("no such file; weights are read from safetensors only", file=str(path))
        self.file, self.dtype, self.tensors = str(path), getattr(torch, dtype), load_file(path)

    def __getitem__(self, name: str) -> Tensor:
        if name not in self.tensors:
            raise ScenarioError(f"has no tensor {name!r}", file=self.file)
        return self.tensors[name].to(self.dtype)

    def fused(self, pattern: str, parts: tuple[str, ...]) -> Tensor:
        import torch

        return torch.cat([self[pattern.format(part)] for part in parts])

    def norm(self, prefix: str) -> Norm:
        return Norm(weight=self[f"{prefix}.weight"], bias=self[f"{prefix}.bias"])
