"""One post-norm encoder layer over packed texts under one job's adapter, forward and backward.

Written out instead of left to autograd: no gradients of frozen weights, none below the lowest layer that carries LoRA,
and, where the head reads first tokens only, the last layer computes queries, output and feed-forward for these alone. A
test holds it to PEFT.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfsim.learning.stacked_layer import Attended, Normed, norm, norm_backward
from wfsim.learning.text_attention import attention, attention_backward
from wfsim.learning.text_lora import Passed, Tuning, backward, forward
from wfsim.learning.text_rows import Pack
from wfsim.learning.text_weights import TextLayer

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Tape:
    """What one layer's forward pass keeps for its backward pass."""

    inputs: tuple[Passed, ...]  # of qkv, or of q and of kv in the last layer
    heads: list[Attended]
    o: Passed
    attended: Normed
    up: Passed
    wide: Tensor
    down: Passed
    output: Normed


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerPass:
    """A layer at work. `last`: only first tokens go on; `lowest`: nothing below it is trained."""

    layer: TextLayer
    tuning: Tuning
    pack: Pack
    heads: int
    eps: float
    last: bool
    lowest: bool

    def forward(self, x: Tensor) -> tuple[Tensor, Tape]:
        """[rows, d] -> [rows, d], or [texts, d] in the last layer."""
        import torch

        layer, tuning = self.layer, self.tuning
        outgoing = x[self.pack.first] if self.last else x
        seen, inputs, heads = self._attend(x, outgoing)
        mixed, o = forward(layer.o, seen, tuning)
        attended = norm(mixed.add_(outgoing), layer.attended, self.eps)
        wide, up = forward(layer.up, attended.y, tuning)
        narrow, down = forward(layer.down, torch.nn.functional.gelu(wide), tuning)
        output = norm(narrow.add_(attended.y), layer.output, self.eps)
        tape = Tape(inputs=inputs, heads=heads, o=o, attended=attended, up=up, wide=wide, down=down, output=output)
        return output.y, tape

    def _attend(self, x: Tensor, outgoing: Tensor) -> tuple[Tensor, tuple[Passed, ...], list[Attended]]:
        if not self.last:
            qkv, kept = forward(self.layer.qkv, x, self.tuning)
            seen, heads = attention(None, qkv, self.pack, self.heads)
            return seen, (kept,), heads
        q, asked = forward(self.layer.qkv.part(0, 1), outgoing, self.tuning)
        kv, kept = forward(self.layer.qkv.part(1, 3), x, self.tuning)
        seen, heads = attention(q, kv, self.pack, self.heads)
        return seen, (asked, kept), heads

    def backward(self, gradient: Tensor, tape: Tape) -> Tensor | None:
        """Gradient of the layer's input from that of its output; None for the lowest layer."""
        import torch

        layer, tuning = self.layer, self.tuning
        outer = norm_backward(gradient, tape.output, layer.output)
        deeper = not self.lowest or any(map(tuning.carries, (layer.up, layer.o, layer.qkv)))
        inner = backward(layer.down, outer, tape.down, tuning, deeper=deeper)
        if inner is None:
            return None
        inner = torch.ops.aten.gelu_backward(inner, tape.wide)
        deeper = not self.lowest or any(map(tuning.carries, (layer.o, layer.qkv)))
        inner = backward(layer.up, inner, tape.up, tuning, deeper=deeper)
        return None if inner is None else self._attention_backward(inner.add_(outer), tape)

    def _attention_backward(self, gradient: Tensor, tape: Tape) -> Tensor | None:
        layer, tuning = self.layer, self.tuning
        outer = norm_backward(gradient, tape.attended, layer.attended)
        deeper = not self.lowest or tuning.carries(layer.qkv)
        seen = backward(layer.o, outer, tape.o, tuning, deeper=deeper)
        if seen is None:
            return None
        asked, rest = attention_backward(seen, tape.heads, self.pack, self.heads, first_only=self.last)
        if asked is None:
            x = backward(layer.qkv, rest, tape.inputs[0], tuning, deeper=not self.lowest)
            return None if x is None else x.add_(outer)
        queries = backward(layer.qkv.part(0, 1), asked, tape.inputs[0], tuning, deeper=not self.lowest)
        x = backward(layer.qkv.part(1, 3), rest, tape.inputs[1], tuning, deeper=not self.lowest)
        return None if x is None or queries is None else x.index_add_(0, self.pack.first, queries.add_(outer))
