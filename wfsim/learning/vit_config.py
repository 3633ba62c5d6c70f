"""The shape of a vision transformer, read from a Hugging Face `config.json` without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wfsim.learning.config_file import ConfigFile, read_config

_REQUIRED = {"model_type": "vit", "hidden_act": "gelu", "qkv_bias": True}
_FORBIDDEN_DROPOUT = ("hidden_dropout_prob", "attention_probs_dropout_prob")
_LAYER_NORM_EPS = 1e-12  # what transformers takes where the file says nothing
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
    """The sizes in `directory/config.json`. Raises ScenarioError where the model is not a ViT that wfsim stacks."""
    config = read_config(directory)
    _check_kind(config)
    return vit_sizes(config)


def vit_sizes(config: ConfigFile) -> VitConfig:
    """The sizes of anything of ViT's form. Raises ScenarioError for sizes that do not fit together."""
    sizes = {ours: config.size(theirs) for ours, theirs in _SIZES.items()}
    read = VitConfig(**sizes, layer_norm_eps=float(config.values.get("layer_norm_eps", _LAYER_NORM_EPS)))
    for whole, part, key in (
        (read.hidden, read.heads, "num_attention_heads"),
        (read.image, read.patch, "patch_size"),
    ):
        if whole % part:
            raise config.error(key, f"{part} does not divide {whole}")
    return read


def _check_kind(config: ConfigFile) -> None:
    values = {"qkv_bias": True, **config.values}
    for key, needed in _REQUIRED.items():
        if values.get(key) != needed:
            raise config.error(key, f"is {values.get(key)!r}; wfsim stacks only {needed!r}")
    for key in _FORBIDDEN_DROPOUT:
        if values.get(key, 0.0) != 0.0:
            raise config.error(key, f"is {values[key]}; wfsim stacks models without dropout, set it to 0.0")
