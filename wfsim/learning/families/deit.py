"""DeiT (Touvron et al. 2021): a ViT with a second, distillation token; its plain classifier reads the class token."""

from __future__ import annotations

from wfsim.learning.families import Encoder, Source, family
from wfsim.learning.families.vit import vit_encoder
from wfsim.learning.vit_config import vit_sizes


@family("deit")
def read(source: Source) -> Encoder:
    """`DeiTForImageClassification`."""
    sizes = vit_sizes(source.config)
    return vit_encoder(sizes, source.classes, "DeiTForImageClassification", prefix="deit", extra_tokens=2)
