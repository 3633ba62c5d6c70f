"""A frozen BERT-like encoder over packed texts under one job's adapter: logits, and gradients of what is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wfsim.learning.base import Base
from wfsim.learning.stacked_layer import norm
from wfsim.learning.text_head import Kept, head_backward, head_forward
from wfsim.learning.text_layer import LayerPass, Tape
from wfsim.learning.text_lora import Tuning, merged
from wfsim.learning.text_rows import Indices, Pack
from wfsim.learning.text_weights import FrozenText, Linear, TextLayer

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class TextTape:
    """What a forward pass keeps for its backward pass."""

    layers: list[tuple[LayerPass, Tape]]
    head: Kept


def embedded(base: FrozenText, ids: Sequence[Indices]) -> Tensor:
    """Embeddings of the texts' tokens, one text after the other, [tokens, d]."""
    import torch

    places = np.concatenate([np.arange(len(row)) for row in ids])
    x = base.words[torch.from_numpy(np.concatenate(ids))] + base.places[torch.from_numpy(places)]
    return norm(x, base.norm, base.form.eps).y


def below(base: FrozenText, x: Tensor, pack: Pack, depth: int) -> Tensor:
    """From embeddings [tokens, d] to what the first `depth` layers, all frozen, make; [texts, d] after the last."""
    x = pack.laid_out(x)
    for layer in _passes(base, pack, Tuning(), 0)[:depth]:
        x, _ = layer.forward(x)
    return _pooled(base, x, pack) if depth == base.form.layers else pack.tokens_of(x)


def logits(base: FrozenText, x: Tensor, pack: Pack, tuning: Tuning, depth: int) -> Tensor:
    """Logits [texts, classes] from what `below` gives."""
    x = _entering(base, x, pack, depth)
    for layer in _passes(base, pack, tuning, depth):
        x, _ = layer.forward(x)
    return head_forward(base, _leaving(base, x, pack, depth), tuning)[0]


def forward(base: FrozenText, x: Tensor, pack: Pack, tuning: Tuning, depth: int) -> tuple[Tensor, TextTape]:
    """`logits`, and what the backward pass needs."""
    layers, x = [], _entering(base, x, pack, depth)
    for layer in _passes(base, pack, tuning, depth):
        x, tape = layer.forward(x)
        layers.append((layer, tape))
    found, head = head_forward(base, _leaving(base, x, pack, depth), tuning)
    return found, TextTape(layers, head)


def backward(base: FrozenText, gradient: Tensor, tape: TextTape, tuning: Tuning) -> None:
    """From the gradient of the logits to those of all that `tuning` trains."""
    x: Tensor | None = head_backward(base, gradient, tape.head, tuning)
    if tape.layers and x is not None and base.form.pooling == "mean":
        x = tape.layers[-1][0].pack.spread(x)
    for layer, kept in reversed(tape.layers):
        if x is not None:
            x = layer.backward(x, kept)


def lowest_trained(base: FrozenText, tuning: Tuning) -> int:
    """How many layers lie below all LoRA."""
    carrying = [any(map(tuning.carries, _linears(layer))) for layer in base.layers]
    return carrying.index(True) if any(carrying) else len(carrying)


def merged_base(base: FrozenText, tuning: Tuning) -> FrozenText:
    """The base with every pair merged into its weight."""
    return _mapped(base, lambda linear: merged(linear, tuning))


def moved_base(base: FrozenText, moved: Base | None) -> FrozenText:
    """The base where an aggregator has moved it (None: W0)."""
    return base if moved is None else _mapped(base, lambda linear: _moved(linear, moved))


def _moved(linear: Linear, moved: Base) -> Linear:
    import torch

    if not any(name in moved.deltas for name, _ in linear.parts):
        return linear
    weight = linear.weight.clone()
    for name, rows in linear.parts:
        if name in moved.deltas:
            weight[rows] += torch.from_numpy(moved.deltas[name]).to(weight.dtype)
    return replace(linear, weight=weight)


def _mapped(base: FrozenText, change: Callable[[Linear], Linear]) -> FrozenText:
    layers = tuple(
        replace(layer, qkv=change(layer.qkv), o=change(layer.o), up=change(layer.up), down=change(layer.down))
        for layer in base.layers
    )
    return replace(base, layers=layers, head={name: change(linear) for name, linear in base.head.items()})


def _entering(base: FrozenText, x: Tensor, pack: Pack, depth: int) -> Tensor:
    return x if depth == base.form.layers else pack.laid_out(x)


def _leaving(base: FrozenText, x: Tensor, pack: Pack, depth: int) -> Tensor:
    return x if depth == base.form.layers else _pooled(base, x, pack)


def _pooled(base: FrozenText, x: Tensor, pack: Pack) -> Tensor:
    """What the head reads, [texts, d], from the last layer's output."""
    return pack.means(x) if base.form.pooling == "mean" else x


def _linears(layer: TextLayer) -> tuple[Linear, ...]:
    return layer.qkv, layer.o, layer.up, layer.down


def _passes(base: FrozenText, pack: Pack, tuning: Tuning, depth: int) -> list[LayerPass]:
    form = base.form
    return [
        LayerPass(
            layer=base.layers[index],
            tuning=tuning,
            pack=pack,
            heads=form.heads,
            eps=form.eps,
            last=index == form.layers - 1 and form.pooling == "first",
            lowest=index == depth,
        )
        for index in range(depth, form.layers)
    ]
