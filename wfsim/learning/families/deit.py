"""DeiT (Touvron et al. 2021): a ViT with a second, distillation token; its plain classifier reads the class token."""

from __future__ import annotations

from wfsim.learning.families import Encoder, Source, family
from wfsim.learning.families.vit import has_qkv_bias, vit_encoder
from wfsim.learning.vit_config import vit_sizes


@family("deit")
def read(source: Source) -> Encoder:
    """`DeiTForImageClassification`."""
    return vit_encoder(
        vit_sizes(source.config),
        source.classes,
        "DeiTForImageClassification",
        prefix="deit",
        extra_tokens=("cls_token", "distillation_token"),
        qkv_bias=has_qkv_bias(source),
    )
