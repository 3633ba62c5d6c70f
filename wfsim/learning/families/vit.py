"""ViT (Dosovitskiy et al. 2021): class token, pre-norm layers."""

from __future__ import annotations

from wfsim.learning.families import Encoder, ImageInput, Source, family
from wfsim.learning.families._layers import classifier, layer_blocks
from wfsim.learning.vit_config import VitConfig, vit_sizes

MODULES = ("attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.o_proj", "mlp.fc1", "mlp.fc2")


@family("vit")
def read(source: Source) -> Encoder:
    """`ViTForImageClassification`."""
    return vit_encoder(vit_sizes(source.config), source.classes, "ViTForImageClassification")


def vit_encoder(
    config: VitConfig, classes: int, model_class: str, *, prefix: str = "vit", extra_tokens: int = 1
) -> Encoder:
    """An encoder of ViT's form: `extra_tokens` beside the patches; 2 P p d operations embed P patches of p values."""
    tokens = config.patches + extra_tokens
    sizes = {"hidden": config.hidden, "intermediate": config.intermediate, "rows": tokens}
    return Encoder(
        family=prefix,
        model_class=model_class,
        input=ImageInput(size_px=config.image, channels=config.channels),
        tokens=tokens,
        embedding_flops=2 * config.patches * config.patch_values * config.hidden,
        blocks=tuple(
            block
            for layer in range(config.layers)
            for block in layer_blocks(f"{prefix}.layers.{layer}", MODULES, **sizes)
        ),
        head=(classifier(classes, config.hidden),),
    )
