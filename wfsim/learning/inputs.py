"""Examples as keyword arguments of a transformers model, taken by index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import ScenarioError
from wfsim.learning.data import Dataset, Images, Texts
from wfsim.learning.families import Encoder, ImageInput, TextInput
from wfsim.learning.pixels import Preparation, pixel_values, read_preparation
from wfsim.learning.short_texts import SHORT_ADVICE, check_lengths
from wfsim.learning.tokens import Tokens, check_tokenizer, tokenise
from wfsim.learning.work_store import WorkStore

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
    """Tokenised texts; token numbers lie below `vocabulary`."""

    tokens: Tokens
    vocabulary: int

    def take(self, index: NDArray[np.int64]) -> dict[str, Tensor]:
        """`input_ids` and `attention_mask`, no longer than the longest of these texts."""
        import torch

        ids, mask = self.tokens.ids[index], self.tokens.mask[index]
        used = int(np.flatnonzero(mask.any(axis=0)).max(initial=0)) + 1
        return {"input_ids": torch.from_numpy(ids[:, :used]), "attention_mask": torch.from_numpy(mask[:, :used])}


def check_task(encoder: Encoder, dataset: Dataset) -> None:
    """Raises ScenarioError where the data are of another kind than the model's input."""
    if encoder.task != dataset.task:
        reads = "reads" if encoder.is_decoder else "classifies"
        message = f"holds {dataset.task}s, but the model ({encoder.family}) {reads} {encoder.task}s"
        raise ScenarioError(message, path="learning.data")


def check_inputs(directory: Path, encoder: Encoder, dataset: Dataset, *, joined: bool = False) -> None:
    """Raises ScenarioError where the data are no input for the model, or its tokenizer cannot be used for them.

    Texts that are `joined` into blocks may be as short as they like.
    """
    check_task(encoder, dataset)
    if not isinstance(encoder.input, ImageInput):
        train, test = (tuple(map(str, texts)) for texts in (dataset.train_inputs, dataset.test_inputs))
        check_tokenizer(directory, train, encoder.input)
        if not joined:
            check_lengths(directory, {"training": train, "test": test}, encoder.input, least=_least(encoder))
        return
    read_preparation(directory, encoder.input)
    if np.ndim(dataset.train_inputs) == 4 and encoder.input.channels != 3:
        message = f"holds colour images, but the model takes {encoder.input.channels} channel(s)"
        raise ScenarioError(message, path="learning.data")


def prepared(directory: Path, encoder: Encoder, examples: Images | Texts, precision: dtype) -> Inputs:
    """The examples as the model in `directory` takes them."""
    if isinstance(encoder.input, ImageInput):
        return ImageInputs(np.asarray(examples), read_preparation(directory, encoder.input), precision)
    tokens = tokenise(directory, tuple(map(str, examples)), encoder.input)
    _check_tokens(tokens, _least(encoder))
    return TextInputs(tokens, encoder.input.vocabulary)


def share_tokens(directory: Path, encoder: Encoder, dataset: Dataset, store: WorkStore) -> None:
    """Tokenise the texts of a data set, if it is one, or find their tokens in a store; `prepared` then has them."""
    if isinstance(encoder.input, TextInput):
        for texts in (dataset.train_inputs, dataset.test_inputs):
            tokenise(directory, tuple(map(str, texts)), encoder.input, store)


def _least(encoder: Encoder) -> int:
    """Tokens that a text needs: one alone predicts nothing, and over none there is no mean."""
    return 2 if encoder.is_decoder else 1


def _check_tokens(tokens: Tokens, least: int) -> None:
    """`check_lengths` has seen nearly all: what is left is two words that a tokenizer makes one token of."""
    short = np.flatnonzero(tokens.mask.sum(axis=1) < least)
    if len(short):
        message = f"text {short[0] + 1} has fewer tokens than the model needs ({least}); {SHORT_ADVICE}"
        raise ScenarioError(message, path="learning.data")
