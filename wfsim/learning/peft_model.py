"""A model of transformers under PEFT's LoRA, its trained tensors lying in one flat row."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings
from wfsim.learning.base import Base
from wfsim.learning.families import Encoder
from wfsim.learning.mean_pooling import MeanPooled, mean_pooled
from wfsim.messages import AdapterShapes

if TYPE_CHECKING:
    from peft import PeftModel
    from torch import Tensor
    from transformers import PreTrainedModel


def load_peft_model(
    directory: Path, encoder: Encoder, settings: AdapterSettings, shapes: AdapterShapes, precision: str
) -> PeftModel | PreTrainedModel | MeanPooled:
    """The base in `directory` with a LoRA pair per pair of `shapes`, dropout off, nothing trained but the adapter.

    Without pairs it is the model without PEFT, of which the dense tensors of `shapes` are trained. Raises
    ScenarioError where transformers would leave a frozen tensor random.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    dtype = getattr(torch, precision)
    if not shapes.pairs:
        return _wide_where_trained(load_plain_model(directory, encoder, shapes, dtype))
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=0.0,
        target_modules=[pair.name for pair in shapes.pairs],
        modules_to_save=[module.name for module in encoder.head],
        fan_in_fan_out=encoder.transposed,
    )
    with quiet():
        model = get_peft_model(_base(directory, encoder, dtype), config)
    return _wide_where_trained(model.to(dtype).eval())  # in evaluation mode every dropout is the identity


def _wide_where_trained(model: Any) -> Any:
    """The model with 32 bits at least for what is trained: a step of an optimiser is lost in 16."""
    import torch

    for value in model.parameters():
        if value.requires_grad and value.dtype == torch.bfloat16:
            value.data = value.data.float()
    return model


def load_plain_model(
    directory: Path, encoder: Encoder, shapes: AdapterShapes, dtype: Any
) -> PreTrainedModel | MeanPooled:
    """The model in `directory` without LoRA, dropout off, nothing trained but the dense tensors of `shapes`."""
    with quiet():
        model = _base(directory, encoder, dtype).to(dtype)
    trained = {tensor.name for tensor in shapes.dense}
    for name, value in model.named_parameters():
        value.requires_grad_(name in trained)
    return model.eval()


def _base(directory: Path, encoder: Encoder, dtype: Any) -> PreTrainedModel | MeanPooled:
    import transformers

    # a decoder's cache of keys and values is of no use here
    own = {"use_cache": False} if encoder.is_decoder else {"num_labels": encoder.head[-1].linears[-1].d_out}
    model, report = getattr(transformers, encoder.model_class).from_pretrained(
        directory,
        **own,
        dtype=dtype,
        local_files_only=True,
        use_safetensors=True,
        trust_remote_code=False,
        ignore_mismatched_sizes=True,  # a head for other classes; what else differs is refused below
        output_loading_info=True,
    )
    if encoder.pooling == "mean":
        model = mean_pooled(model, encoder)
    head = tuple(f"{module.name}." for module in encoder.head)
    found_new = {*report["missing_keys"], *(str(key[0]) for key in report["mismatched_keys"])}
    random = sorted(name for name in found_new & model.state_dict().keys() if not name.startswith(head))
    if random:
        raise ScenarioError(f"transformers finds no fitting {random[0]} in the checkpoint", file=str(directory))
    return model


@contextmanager
def quiet() -> Iterator[None]:
    """No progress bar and no report of a new head, which is what is asked for; errors are raised all the same."""
    from transformers.utils import logging

    verbosity, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # PEFT asks transformers in an older way
            yield
    finally:
        logging.set_verbosity(verbosity)
        if bar:
            logging.enable_progress_bar()


class FlatModel:
    """A PEFT model whose trained tensors are views of `values`, and their gradients of `gradients`, each [1, entries].

    The order of entries is the adapter's canonical one. Frozen tensors are shared with the model it was copied from.
    """

    def __init__(self, prototype: PeftModel, shapes: AdapterShapes) -> None:
        import torch

        self._shapes, self._base = shapes, None
        self._unmoved: dict[str, Tensor] = {}
        frozen = [*(p for p in prototype.parameters() if not p.requires_grad), *prototype.buffers()]
        self.model = copy.deepcopy(prototype, {id(tensor): tensor for tensor in frozen})
        trained = _in_order(self.model, shapes)
        self.values = torch.zeros(1, shapes.entries, dtype=trained[0].dtype, device=trained[0].device)
        self.gradients = torch.zeros_like(self.values)
        parts = [tensor.entries for tensor in shapes.tensors]
        for tensor, value, gradient in zip(
            trained, self.values[0].split(parts), self.gradients[0].split(parts), strict=True
        ):
            tensor.data, tensor.grad = value.view_as(tensor), gradient.view_as(tensor)

    def stand_on(self, base: Base | None) -> None:
        """Put the frozen matrices of a base (None: W0) into this copy; those of other copies stay as they are."""
        import torch

        if base is self._base:
            return
        for name, weight in self._unmoved.items():
            self._layer(name).weight = weight
        self._unmoved, self._base = {}, base
        for name, delta in (base.deltas if base is not None else {}).items():
            layer = self._layer(name)
            self._unmoved[name] = weight = layer.weight
            there = torch.from_numpy(delta.T if self._is_transposed(name) else delta)
            layer.weight = torch.nn.Parameter(weight + there.to(weight), requires_grad=False)

    def _is_transposed(self, pair: str) -> bool:
        """Whether the frozen matrix is stored as [d_in, d_out], as GPT-2's are."""
        return bool(self.model.get_submodule(f"base_model.model.{pair}").fan_in_fan_out)

    def _layer(self, pair: str) -> Any:
        return self.model.get_submodule(f"base_model.model.{pair}").base_layer

    def pairs(self, flat: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Views A [1, r, d_in] and B [1, d_out, r] of every pair into `flat`, which is `values` or `gradients`."""
        tensors = self._shapes.tensors
        views = [
            part.view(1, *tensor.shape)
            for part, tensor in zip(flat[0].split([t.entries for t in tensors]), tensors, strict=True)
        ]
        count = 2 * len(self._shapes.pairs)
        return zip(views[:count:2], views[1:count:2], strict=True)


def _in_order(model: PeftModel, shapes: AdapterShapes) -> list[Tensor]:
    """The trained parameters in the adapter's order, found by their names in PEFT."""
    named = {_plain(name): value for name, value in model.named_parameters() if value.requires_grad}
    if set(named) != {tensor.name for tensor in shapes.tensors}:
        raise RuntimeError(f"PEFT trains {sorted(named)}, which is not the adapter of this scenario")
    return [named[tensor.name] for tensor in shapes.tensors]


def _plain(name: str) -> str:
    """The adapter's own name of a PEFT parameter: `x.lora_A` of `base_model.model.x.lora_A.default.weight`."""
    name = name.removeprefix("base_model.model.").replace(".modules_to_save.default.", ".")
    return name.removesuffix(".default.weight") if ".lora_" in name else name
