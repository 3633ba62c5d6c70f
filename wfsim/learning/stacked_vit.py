"""A frozen ViT under many adapters at once: logits, and the gradients of all that is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfsim.learning.adapter import HEAD_BIAS, HEAD_WEIGHT
from wfsim.learning.merged_weights import Stack
from wfsim.learning.stacked_layer import LayerPass, Normed, Tape, linear, norm, norm_backward
from wfsim.learning.vit_weights import FrozenVit

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class VitTape:
    """What the forward pass keeps for the backward pass."""

    layers: list[Tape]
    features: Normed


def forward(
    base: FrozenVit, inputs: Tensor, weights: list[Stack], head: Mapping[str, Tensor]
) -> tuple[Tensor, VitTape]:
    """Logits [J, n, classes] of embedded images [J, n, tokens, hidden].

    `weights` are merged matrices [J, d_out, d_in] per layer, `head` the stacked [J, classes, hidden] and [J, classes].
    """
    x, tapes = inputs.flatten(1, 2), []
    for layer, matrices in zip(_passes(base), weights, strict=True):
        x, tape = layer.forward(x, matrices)
        tapes.append(tape)
    features = norm(x, base.norm, base.config.layer_norm_eps)
    logits = linear(features.y, head[HEAD_WEIGHT], head[HEAD_BIAS].unsqueeze(1))
    return logits, VitTape(layers=tapes, features=features)


def backward(
    base: FrozenVit,
    gradient: Tensor,
    tape: VitTape,
    weights: list[Stack],
    head: Mapping[str, Tensor],
    room: list[Stack],
    head_room: Mapping[str, Tensor],
) -> None:
    """From the gradient of the logits to those of the merged matrices (into `room`) and the head (into `head_room`)."""
    head_room[HEAD_WEIGHT].copy_(gradient.transpose(1, 2) @ tape.features.y)
    head_room[HEAD_BIAS].copy_(gradient.sum(1))
    if not any(room):
        return
    x = norm_backward(gradient @ head[HEAD_WEIGHT], tape.features, base.norm)
    for index, layer in reversed(list(enumerate(_passes(base)))):
        x = layer.backward(x, tape.layers[index], weights[index], room[index], first=index == 0)


def _passes(base: FrozenVit) -> list[LayerPass]:
    config = base.config
    return [
        LayerPass(
            layer=layer,
            heads=config.heads,
            tokens=config.tokens,
            eps=config.layer_norm_eps,
            last=index == config.layers - 1,
        )
        for index, layer in enumerate(base.layers)
    ]
