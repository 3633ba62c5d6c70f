"""ViT (Dosovitskiy et al. 2021): class token, pre-norm layers."""

from __future__ import annotations

from collections.abc import Sequence

from wfsim.learning.families import Encoder, ImageInput, Source, family
from wfsim.learning.families._layers import classifier, layer_blocks, norm
from wfsim.learning.vit_config import VitConfig, vit_sizes
from wfsim.messages import TensorShape

MODULES = ("attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.o_proj", "mlp.fc1", "mlp.fc2")
ON_DISK = (
    (r"\.encoder\.layer\.", ".layers."),
    (r"\.attention\.attention\.(q|k|v)(uery|ey|alue)\.", r".attention.\1_proj."),
    (r"\.attention\.output\.dense\.", ".attention.o_proj."),
    (r"\.intermediate\.dense\.", ".mlp.fc1."),
    (r"(layers\.\d+)\.output\.dense\.", r"\1.mlp.fc2."),
)


@family("vit")
def read(source: Source) -> Encoder:
    """`ViTForImageClassification`."""
    return vit_encoder(
        vit_sizes(source.config), source.classes, "ViTForImageClassification", qkv_bias=has_qkv_bias(source)
    )


def has_qkv_bias(source: Source) -> bool:
    """Whether q, k and v have biases; they do where the config says nothing."""
    return bool(source.config.values.get("qkv_bias", True))


def vit_encoder(
    config: VitConfig,
    classes: int,
    model_class: str,
    *,
    prefix: str = "vit",
    extra_tokens: Sequence[str] = ("cls_token",),
    qkv_bias: bool = True,
) -> Encoder:
    """An encoder of ViT's form: `extra_tokens` beside the patches; 2 P p d operations embed P patches of p values."""
    tokens = config.patches + len(extra_tokens)
    sizes = {"hidden": config.hidden, "intermediate": config.intermediate, "rows": tokens}
    blocks = [layer_blocks(f"{prefix}.layers.{layer}", MODULES, **sizes) for layer in range(config.layers)]
    unbiased = () if qkv_bias else (module.name for layer in blocks for module in layer[0].modules)
    return Encoder(
        family=prefix,
        model_class=model_class,
        input=ImageInput(size_px=config.image, channels=config.channels),
        tokens=tokens,
        embedding_flops=2 * config.patches * config.patch_values * config.hidden,
        blocks=tuple(block for layer in blocks for block in layer),
        head=(classifier(classes, config.hidden),),
        others=(*_embeddings(config, prefix, extra_tokens), *_norms(config, prefix)),
        unbiased=frozenset(unbiased),
        renamed=ON_DISK,
    )


def _embeddings(config: VitConfig, prefix: str, extra_tokens: Sequence[str]) -> tuple[TensorShape, ...]:
    inside, patch = f"{prefix}.embeddings", f"{prefix}.embeddings.patch_embeddings.projection"
    return (
        *(TensorShape(f"{inside}.{token}", (1, 1, config.hidden)) for token in extra_tokens),
        TensorShape(f"{inside}.position_embeddings", (1, config.patches + len(extra_tokens), config.hidden)),
        TensorShape(f"{patch}.weight", (config.hidden, config.channels, config.patch, config.patch)),
        TensorShape(f"{patch}.bias", (config.hidden,)),
    )


def _norms(config: VitConfig, prefix: str) -> tuple[TensorShape, ...]:
    inside = [f"{prefix}.layers.{i}.layernorm_{side}" for i in range(config.layers) for side in ("before", "after")]
    return tuple(tensor for name in (*inside, f"{prefix}.layernorm") for tensor in norm(name, config.hidden))
