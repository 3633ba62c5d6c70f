"""An encoder of transformers under a classifier over the mean of its tokens, which transformers has no class for."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from wfsim.learning.families import Encoder

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel

CLASSIFIER = "classifier.safetensors"


class MeanPooled(Protocol):
    """Logits = W mean + b over the last hidden states of the tokens that the mask names; a torch module."""

    config: Any

    def save_pretrained(self, directory: Path) -> None:
        """The encoder as `AutoModel` reads it, and beside it weight and bias of the classifier."""
        ...

    def __getattr__(self, name: str) -> Any: ...


def mean_pooled(model: PreTrainedModel, encoder: Encoder) -> MeanPooled:
    """The encoder of a classifier of transformers, under its own name, beside a new `classifier`. Its pooler is left
    out."""
    import torch

    name, (layer,) = encoder.base or encoder.family, encoder.head[-1].linears
    inner = getattr(model, name)
    if hasattr(inner, "pooler"):
        inner.pooler = None
    found: MeanPooled = _kind()(name, inner, torch.nn.Linear(layer.d_in, layer.d_out))
    return found


@functools.cache
def _kind() -> Any:
    """The class, made when it is asked for: torch is not imported before."""
    import torch
    from safetensors.torch import save_file
    from transformers.modeling_outputs import SequenceClassifierOutput

    class _MeanPooled(torch.nn.Module):
        def __init__(self, name: str, inner: PreTrainedModel, classifier: torch.nn.Linear) -> None:
            super().__init__()
            self.config, self._name = inner.config, name
            self.add_module(name, inner)
            self.classifier = classifier

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SequenceClassifierOutput:
            states = self.get_submodule(self._name)(input_ids, attention_mask=attention_mask).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(states.dtype)
            return SequenceClassifierOutput(logits=self.classifier((states * weights).sum(1) / weights.sum(1)))

        def save_pretrained(self, directory: Path) -> None:
            self.get_submodule(self._name).save_pretrained(directory)
            save_file(self.classifier.state_dict(), Path(directory) / CLASSIFIER, metadata={"format": "pt"})

    return _MeanPooled
