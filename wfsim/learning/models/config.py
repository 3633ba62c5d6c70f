"""A model of which only the configuration is known."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from wfsim.learning.families import Encoder, read_untrained
from wfsim.learning.models import Model, WeightFormat
from wfsim.local_path import LocalPath, opened


class Config(Model, kind="config"):
    """A `config.json` as transformers writes it, without weights: shapes, operations and memory of a model of any size.

    Families: albert, bert, deit, distilbert, gpt2, gpt_neox, llama, mistral, qwen2, roberta, vit. Legal under
    `learning: {kind: none}` alone. Every example takes `max_tokens` tokens, the output layer of a language model
    included.
    """

    timing_only: ClassVar[bool] = True

    path: LocalPath = Field(description="the file", examples=["./config.json"])
    max_tokens: int = Field(512, ge=2, le=1_048_576, description="tokens of every example")
    weights: WeightFormat = Field("bf16", description="how a device holds the frozen weights of linear layers")

    def directory(self) -> Path:
        """The folder that the file lies in."""
        return opened(self.path).parent

    def encoder(self, classes: int) -> Encoder:
        """What the file describes; an encoder with a head for so many classes."""
        return read_untrained(opened(self.path), classes=classes, max_tokens=self.max_tokens)

    def files(self) -> tuple[Path, ...]:
        """The one file."""
        return (opened(self.path),)

    @property
    def weight_format(self) -> WeightFormat:
        """As the field says."""
        return self.weights
