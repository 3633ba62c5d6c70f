"""The slot `model`: which frozen base a federation fine-tunes."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from wfsim.learning.checkpoint import weight_files
from wfsim.learning.families import Encoder
from wfsim.part import Part, load_folder

WeightFormat = Literal["fp32", "bf16", "int8", "int4"]
FILES = ("config.json", "preprocessor_config.json", "tokenizer.json", "vocab.txt", "tokenizer_config.json")


class Model(Part, slot="model"):
    """A local folder in Hugging Face form; weights are read from safetensors only, never from pickles."""

    timing_only: ClassVar[bool] = False  # whether there are no weights, so that nothing can be trained

    def directory(self) -> Path:
        """The folder that holds `config.json` and the weights."""
        raise NotImplementedError(type(self).__name__)

    def encoder(self, classes: int) -> Encoder:
        """What is known of it without torch. Raises ScenarioError for a folder that cannot be read."""
        raise NotImplementedError(type(self).__name__)

    def files(self) -> tuple[Path, ...]:
        """Every file that is read of it."""
        beside = (self.directory() / name for name in FILES)
        return (*(path for path in beside if path.is_file()), *weight_files(self.directory()))

    @property
    def packs(self) -> bool:
        """Whether texts are joined and cut into blocks that fill a language model's input."""
        return False

    @property
    def public_name(self) -> str:
        """What stands for the base in an exported adapter: never a path."""
        return self.kind

    @property
    def weight_format(self) -> WeightFormat:
        """How a device holds the frozen weights of linear layers."""
        return "fp32"


load_folder(__name__, list(__path__))
