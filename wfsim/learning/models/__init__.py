"""The slot `model`: which frozen base a federation fine-tunes."""

from __future__ import annotations

from pathlib import Path

from wfsim.learning.families import Encoder
from wfsim.part import Part, load_folder


class Model(Part, slot="model"):
    """A local folder in Hugging Face form; weights are read from safetensors only, never from pickles."""

    def directory(self) -> Path:
        """The folder that holds `config.json` and the weights."""
        raise NotImplementedError(type(self).__name__)

    def encoder(self, classes: int) -> Encoder:
        """What is known of it without torch. Raises ScenarioError for a folder that cannot be read."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
