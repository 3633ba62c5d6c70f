"""The shape of a vision transformer, read from a Hugging Face `config.json` without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wfsim.errors import ScenarioError
from wfsim.messages import PairShape

_REQUIRED = {"model_type": "vit", "hidden_act": "gelu", "qkv_bias": True}
_FORBIDDEN_DROPOUT = ("hidden_dropout_prob", "attention_probs_dropout_prob")
_SIZES = {
    "hidden": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "intermediate": "intermediate_size",
    "image": "image_size",
    "patch": "patch_size",
    "channels": "num_channels",
}


@dataclass(frozen=True, kw_only=True)
class VitConfig:
    """Sizes of a ViT (Dosovitskiy et al. 2021): pre-norm layers, exact GELU, class token, square image and patch.

    `hidden` and `intermediate` are widths, `image` and `patch` sides in pixels.
    """

    hidden: int
    layers: int
    heads: int
    intermediate: int
    image: int
    patch: int
    channels: int
    layer_norm_eps: float

    @property
    def patches(self) -> int:
        """Patches of one image."""
        return (self.image // self.patch) ** 2

    @property
    def tokens(self) -> int:
        """Length of the sequence: the class token and the patches."""
        return self.patches + 1

    @property
    def patch_values(self) -> int:
        """Input values of one patch."""
        return self.channels * self.patch**2


def read_vit_config(directory: Path) -> VitConfig:
    """The sizes in `directory/config.json`. Raises ScenarioError when the model is not a ViT that wfsim computes."""
    path = directory / "config.json"
    if not path.is_file():
        raise ScenarioError("no config.json in the model's folder", file=str(directory))
    values = {"qkv_bias": True, **json.loads(path.read_text(encoding="utf-8"))}
    _check_kind(values, str(path))
    sizes = {ours: _size(values, theirs, str(path)) for ours, theirs in _SIZES.items()}
    return _check_sizes(VitConfig(**sizes, layer_norm_eps=float(values["layer_norm_eps"])), str(path))


def linear_modules(config: VitConfig) -> tuple[PairShape, ...]:
    """Every linear layer of the encoder in forward order, by its name in transformers 5 at run time (PEFT's names)."""
    return tuple(module for layer in range(config.layers) for module in _layer_modules(config, f"vit.layers.{layer}"))


def _layer_modules(config: VitConfig, prefix: str) -> tuple[PairShape, ...]:
    d, m = config.hidden, config.intermediate
    attention = (PairShape(f"{prefix}.attention.{name}", d, d) for name in ("q_proj", "k_proj", "v_proj", "o_proj"))
    return (*attention, PairShape(f"{prefix}.mlp.fc1", m, d), PairShape(f"{prefix}.mlp.fc2", d, m))


def _check_kind(values: Mapping[str, Any], file: str) -> None:
    for key, needed in _REQUIRED.items():
        if values.get(key) != needed:
            raise ScenarioError(f"is {values.get(key)!r}; wfsim computes only {needed!r}", file=file, path=key)
    for key in _FORBIDDEN_DROPOUT:
        if values.get(key, 0.0) != 0.0:
            raise ScenarioError(f"is {values[key]}; wfsim trains without dropout, set it to 0.0", file=file, path=key)


def _size(values: Mapping[str, Any], key: str, file: str) -> int:
    value = values.get(key)
    if not isinstance(value, int) or value < 1:
        raise ScenarioError(f"is {value!r}; needs a whole number >= 1", file=file, path=key)
    return value


def _check_sizes(config: VitConfig, file: str) -> VitConfig:
    for whole, part, key in (
        (config.hidden, config.heads, "num_attention_heads"),
        (config.image, config.patch, "patch_size"),
    ):
        if whole % part:
            raise ScenarioError(f"{part} does not divide {whole}", file=file, path=key)
    return config
