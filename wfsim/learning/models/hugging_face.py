"""A model of one's own."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from wfsim.errors import ScenarioError
from wfsim.learning.families import Encoder, Pooling, read_encoder
from wfsim.learning.models import Model
from wfsim.local_path import LocalPath, opened


class HuggingFace(Model, kind="hugging_face"):
    """A local folder as transformers saves it: `config.json`, safetensors (one file or shards), a tokenizer for texts.

    Families: albert, bert, deit, distilbert, roberta, vit, which classify; gpt2, gpt_neox, llama, mistral, qwen2, which
    predict the next token. Dropout is off whatever the config says, a classifier on disk is not used, nothing is
    downloaded and no code of the folder is run.
    """

    path: LocalPath = Field(description="the folder", examples=["./bert"])
    max_tokens: int = Field(128, ge=2, le=8192, description="texts are cut or padded to this many tokens")
    pooling: Pooling = Field(
        "first",
        description="what a classifier of texts reads: the first token, through the layers that its family puts there, "
        "or the mean over tokens alone, as sentence encoders do",
    )
    pack: bool = Field(
        False, description="join texts of one class and key and cut them into blocks of max_tokens (language models)"
    )

    def directory(self) -> Path:
        """The folder."""
        return opened(self.path)

    def encoder(self, classes: int) -> Encoder:
        """Its encoder with a head for so many classes, or its decoder. Raises ScenarioError for texts to classify that
        are to be packed."""
        encoder = read_encoder(self.directory(), classes=classes, max_tokens=self.max_tokens, pooling=self.pooling)
        if self.pack and not encoder.is_decoder:
            message = f"{encoder.family} classifies every example by itself: only language models read texts joined"
            raise ScenarioError(message, path="learning.model.pack")
        return encoder

    @property
    def packs(self) -> bool:
        """As the field says."""
        return self.pack
