"""A model of one's own."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from wfsim.learning.families import Encoder, read_encoder
from wfsim.learning.models import Model
from wfsim.local_path import LocalPath, opened


class HuggingFace(Model, kind="hugging_face"):
    """A local folder as transformers saves it: `config.json`, safetensors (one file or shards), a tokenizer for texts.

    Families: albert, bert, deit, distilbert, roberta, vit. Dropout is off whatever the config says, a classifier on
    disk is not used, nothing is downloaded and no code of the folder is run.
    """

    path: LocalPath = Field(description="the folder", examples=["./bert"])
    max_tokens: int = Field(128, ge=2, le=8192, description="texts are cut or padded to this many tokens")

    def directory(self) -> Path:
        """The folder."""
        return opened(self.path)

    def encoder(self, classes: int) -> Encoder:
        """Its encoder with a head for so many classes."""
        return read_encoder(self.directory(), classes=classes, max_tokens=self.max_tokens)
