"""The small vision transformer that comes with wfsim."""

from __future__ import annotations

from pathlib import Path

import wfsim.learning
from wfsim.learning.families import Encoder, read_encoder
from wfsim.learning.models import Model


class TinyVit(Model, kind="tiny_vit"):
    """ViT (Dosovitskiy et al. 2021) of 4 layers and width 64 on 28 x 28 grey images, pretrained on Fashion-MNIST.

    The classifier head on disk is not used: every federation starts a fresh head for its own classes.
    """

    def directory(self) -> Path:
        """The folder inside the installed package."""
        return Path(wfsim.learning.__file__).parent / "pretrained" / "tiny_vit"

    def encoder(self, classes: int) -> Encoder:
        """Its encoder with a head for so many classes."""
        return read_encoder(self.directory(), classes=classes)
