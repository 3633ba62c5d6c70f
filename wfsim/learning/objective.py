"""What training minimises: the cross-entropy of classes, or of next tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.data import Dataset
from wfsim.learning.families import Encoder
from wfsim.learning.inputs import Inputs, TextInputs

if TYPE_CHECKING:
    from torch import Tensor

_IGNORED = -100
_ROWS, _VALUES = 64, 2**26  # examples, and logits of a language model, that are evaluated at once


class Loss(NamedTuple):
    """The mean that is minimised, in nats, and cross-entropy, hits (or shares of them) and weights of examples [n]."""

    mean: Tensor
    each: Tensor
    correct: Tensor
    weights: Tensor


class Objective(Protocol):
    """How logits are judged; examples are given by index."""

    rows: int

    def __call__(self, logits: Tensor, index: NDArray[np.int64]) -> Loss:
        """What a batch's logits cost."""
        ...


@dataclass(frozen=True, eq=False)
class Classes:
    """Cross-entropy of the labels; logits are [n, classes], every example weighs the same."""

    labels: NDArray[np.int64]
    rows: int = _ROWS

    def __call__(self, logits: Tensor, index: NDArray[np.int64]) -> Loss:
        import torch

        labels = torch.from_numpy(self.labels[index]).to(logits.device)
        wide = _wide(logits)
        each = torch.nn.functional.cross_entropy(wide.detach(), labels, reduction="none")
        return Loss(
            mean=torch.nn.functional.cross_entropy(wide, labels),
            each=each,
            correct=logits.argmax(1) == labels,
            weights=torch.ones_like(each),
        )


@dataclass(frozen=True, eq=False)
class NextToken:
    """Cross-entropy of every token but the first under what precedes it; logits [n, tokens, vocabulary].

    The mean is over the batch's tokens, as transformers takes it. An example's own is over its tokens, and so is its
    share of tokens whose most likely prediction is right; it weighs as many tokens as it predicts. Padding counts
    nowhere.
    """

    inputs: TextInputs
    rows: int

    def __call__(self, logits: Tensor, index: NDArray[np.int64]) -> Loss:
        import torch

        batch = self.inputs.take(index)
        real = batch["attention_mask"][:, 1:].bool().to(logits.device)
        target = batch["input_ids"][:, 1:].to(logits.device).masked_fill(~real, _IGNORED)
        scores = _wide(logits[:, :-1])
        each = torch.nn.functional.cross_entropy(scores.flatten(0, 1), target.flatten(), reduction="none")
        each, counts = each.view(target.shape), real.sum(1)
        hits = (scores.argmax(2) == target).sum(1)
        return Loss(
            mean=each.sum() / counts.sum(),
            each=each.detach().sum(1) / counts,
            correct=hits.double() / counts,
            weights=counts.double(),
        )


def objective_of(encoder: Encoder, dataset: Dataset, inputs: Inputs, *, test: bool) -> Objective:
    """What the model is judged by on a data set's training or test examples, which `inputs` holds."""
    if isinstance(inputs, TextInputs) and encoder.is_decoder:
        _, tokens = inputs.tokens.ids.shape
        return NextToken(inputs, rows=min(max(_VALUES // (tokens * inputs.vocabulary), 1), _ROWS))
    return Classes(dataset.test_labels if test else dataset.train_labels)


def _wide(logits: Tensor) -> Tensor:
    """At least 32 bits, for sums of exponentials."""
    import torch

    return logits.float() if logits.dtype == torch.bfloat16 else logits
