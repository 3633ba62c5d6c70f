"""Examples as keyword arguments of a transformers model, taken by index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import ScenarioError
from wfsim.learning.data import Dataset, Images, Texts
from wfsim.learning.families import Encoder, ImageInput
from wfsim.learning.pixels import Preparation, pixel_values, read_preparation
from wfsim.learning.tokens import Tokens, check_tokenizer, tokenise

if TYPE_CHECKING:
    from torch import Tensor, dtype


class Inputs(Protocol):
    """Prepared examples; reading them changes nothing, so threads may share them."""

    def take(self, index: NDArray[np.int64]) -> dict[str, Tensor]:
        """The model's arguments for some examples."""
        ...


@dataclass(frozen=True, eq=False)
class ImageInputs:
    """Images, prepared when they are taken: kept as bytes, they need a twelfth of the memory."""

    images: NDArray[np.uint8]
    preparation: Preparation
    precision: dtype

    def take(self, index: NDArray[np.int64]) -> dict[str, Tensor]:
        """`pixel_values`."""
        return {"pixel_values": pixel_values(self.preparation, self.images[index], self.precision)}


@dataclass(frozen=True, eq=False)
class TextInputs:
    """Tokenised texts."""

    tokens: Tokens

    def take(self, index: NDArray[np.int64]) -> dict[str, Tensor]:
        """`input_ids` and `attention_mask`."""
        import torch

        ids, mask = torch.from_numpy(self.tokens.ids[index]), torch.from_numpy(self.tokens.mask[index])
        return {"input_ids": ids, "attention_mask": mask}


def check_task(encoder: Encoder, dataset: Dataset) -> None:
    """Raises ScenarioError where the data are of another kind than the model's input."""
    if encoder.task != dataset.task:
        reads = "classifies" if encoder.head else "reads"
        message = f"holds {dataset.task}s, but the model ({encoder.family}) {reads} {encoder.task}s"
        raise ScenarioError(message, path="learning.data")


def check_inputs(directory: Path, encoder: Encoder, dataset: Dataset) -> None:
    """Raises ScenarioError where the data are no input for the model, or its tokenizer cannot be used for them."""
    check_task(encoder, dataset)
    if not isinstance(encoder.input, ImageInput):
        check_tokenizer(directory, tuple(map(str, dataset.train_inputs)), encoder.input)
        return
    read_preparation(directory, encoder.input)
    if np.ndim(dataset.train_inputs) == 4 and encoder.input.channels != 3:
        message = f"holds colour images, but the model takes {encoder.input.channels} channel(s)"
        raise ScenarioError(message, path="learning.data")


def prepared(directory: Path, encoder: Encoder, examples: Images | Texts, precision: dtype) -> Inputs:
    """The examples as the model in `directory` takes them."""
    if isinstance(encoder.input, ImageInput):
        return ImageInputs(np.asarray(examples), read_preparation(directory, encoder.input), precision)
    return TextInputs(tokenise(directory, tuple(map(str, examples)), encoder.input))
