"""The frozen base of a BERT-like encoder in memory: read once from safetensors, shared by every job, never written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wfsim.learning.base_tensors import name_at_run_time
from wfsim.learning.checkpoint import weight_files
from wfsim.learning.families import Encoder
from wfsim.learning.text_form import TextForm
from wfsim.learning.vit_weights import Norm

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Linear:
    """y = x W' + b with W [d_out, d_in]: one module, or several side by side; `parts` names each one's rows of W."""

    weight: Tensor
    bias: Tensor
    parts: tuple[tuple[str, slice], ...]

    def part(self, first: int, last: int) -> Linear:
        """The modules `first` to `last` - 1 of those side by side, as views."""
        begin, end = self.parts[first][1].start, self.parts[last - 1][1].stop
        parts = tuple((name, slice(s.start - begin, s.stop - begin)) for name, s in self.parts[first:last])
        return Linear(weight=self.weight[begin:end], bias=self.bias[begin:end], parts=parts)


@dataclass(frozen=True, kw_only=True, eq=False)
class TextLayer:
    """One layer: queries, keys and values side by side, the output of attention, both feed-forward layers, the norms
    behind attention and behind feed-forward."""

    qkv: Linear
    o: Linear
    up: Linear
    down: Linear
    attended: Norm
    output: Norm


@dataclass(frozen=True, kw_only=True, eq=False)
class FrozenText:
    """An encoder. `words` [vocabulary, hidden]; `places` [positions, hidden] are the position embeddings plus that of
    token type 0, the first token's first; `head` holds the head's layers that come with the checkpoint."""

    form: TextForm
    words: Tensor
    places: Tensor
    norm: Norm
    layers: tuple[TextLayer, ...]
    head: dict[str, Linear]


def load_frozen_text(directory: Path, encoder: Encoder, form: TextForm, precision: str) -> FrozenText:
    """The base in `directory` in memory as float32 or float64; weights on disk may be of lower precision."""
    tensors = _read(directory, encoder, precision)
    frozen_head = [name for name, _ in form.head if f"{name}.weight" in {tensor.name for tensor in encoder.frozen}]
    return FrozenText(
        form=form,
        words=tensors[f"{form.embeddings}.word_embeddings.weight"],
        places=_places(tensors, form),
        norm=_norm(tensors, f"{form.embeddings}.LayerNorm"),
        layers=tuple(_layer(tensors, form, index) for index in range(form.layers)),
        head={name: _linear(tensors, name) for name in frozen_head},
    )


def _read(directory: Path, encoder: Encoder, precision: str) -> dict[str, Tensor]:
    import torch
    from safetensors.torch import load_file

    wanted, dtype = {tensor.name for tensor in encoder.frozen}, getattr(torch, precision)
    found = {
        name_at_run_time(name, encoder): tensor
        for file in weight_files(directory)
        for name, tensor in load_file(file).items()
    }
    return {name: tensor.to(dtype) for name, tensor in found.items() if name in wanted}


def _places(tensors: dict[str, Tensor], form: TextForm) -> Tensor:
    places = tensors[f"{form.embeddings}.position_embeddings.weight"][form.offset :]
    return places + tensors[f"{form.embeddings}.token_type_embeddings.weight"][0] if form.token_types else places


def _layer(tensors: dict[str, Tensor], form: TextForm, index: int) -> TextLayer:
    prefix = f"{form.layer}.{index}"
    q, k, v, o, up, down = (f"{prefix}.{name}" for name in form.modules)
    attended, output = (_norm(tensors, f"{prefix}.{name}") for name in form.norms)
    return TextLayer(
        qkv=_linear(tensors, q, k, v),
        o=_linear(tensors, o),
        up=_linear(tensors, up),
        down=_linear(tensors, down),
        attended=attended,
        output=output,
    )


def _linear(tensors: dict[str, Tensor], *names: str) -> Linear:
    import torch

    parts, at = [], 0
    for name in names:
        rows = len(tensors[f"{name}.weight"])
        parts.append((name, slice(at, at + rows)))
        at += rows
    weight, bias = (torch.cat([tensors[f"{name}.{last}"] for name in names]) for last in ("weight", "bias"))
    return Linear(weight=weight, bias=bias, parts=tuple(parts))


def _norm(tensors: dict[str, Tensor], prefix: str) -> Norm:
    return Norm(weight=tensors[f"{prefix}.weight"], bias=tensors[f"{prefix}.bias"])
