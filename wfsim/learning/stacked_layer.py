"""One encoder layer for many jobs at once, forward and backward, with a weight matrix of its own for every job.

Rows of J jobs are [J, rows, width]; every product with a weight is one `bmm` over jobs and all else works per row or
per example, so a job's numbers do not depend on the jobs beside it. Written out instead of left to autograd: no copies
for slices and accumulation, and no gradients of frozen norms and biases; a test holds it to PEFT with autograd.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wfsim.learning.merged_weights import Stack
from wfsim.learning.vit_weights import Layer, Norm

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Normed:
    """A layer norm's input, output [..., width], mean and inverse deviation, kept for its backward."""

    x: Tensor
    y: Tensor
    mean: Tensor
    inverse: Tensor


def norm(x: Tensor, parameters: Norm, eps: float) -> Normed:
    """y = (x - mean) / sqrt(var + eps) * weight + bias over the last axis."""
    import torch

    y, mean, inverse = torch.native_layer_norm(x, [x.shape[-1]], parameters.weight, parameters.bias, eps)
    return Normed(x=x, y=y, mean=mean, inverse=inverse)


def norm_backward(gradient: Tensor, normed: Normed, parameters: Norm) -> Tensor:
    """Gradient of the input of `norm`; the gain and the offset are frozen."""
    import torch

    return torch.ops.aten.native_layer_norm_backward(
        gradient,
        normed.x,
        [normed.x.shape[-1]],
        normed.mean,
        normed.inverse,
        parameters.weight,
        parameters.bias,
        [True, False, False],
    )[0]


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x W' + b: [J, rows, d_in], [J, d_out, d_in] -> [J, rows, d_out]."""
    import torch

    return torch.baddbmm(bias, x, weight.transpose(1, 2))


def linear_onto(x: Tensor, residual: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """residual + x W' + b."""
    return (residual + bias).baddbmm_(x, weight.transpose(1, 2))


def weight_gradient(gradient: Tensor, x: Tensor, room: Stack, name: str) -> None:
    """dW = dy' x into `room`, unless that matrix is frozen."""
    import torch

    if name in room:
        torch.bmm(gradient.transpose(1, 2), x, out=room[name])


@dataclass(frozen=True, kw_only=True)
class Attended:
    """Heads [J n heads, tokens, d_head] and attention probabilities, kept for the backward pass."""

    q: Tensor
    k: Tensor
    v: Tensor
    probability: Tensor


def split_heads(x: Tensor, examples: int, parts: int, heads: int) -> Tensor:
    """[J, rows, parts * heads * d_head] -> [parts, examples * heads, tokens, d_head]."""
    view = x.view(examples, -1, parts, heads, x.shape[2] // (parts * heads))
    return view.permute(2, 0, 3, 1, 4).contiguous().flatten(1, 2)


def join_heads(x: Tensor, jobs: int, heads: int) -> Tensor:
    """The inverse of `split_heads`: [parts, examples * heads, tokens, d_head] -> [J, rows, parts * heads * d_head]."""
    parts, _, tokens, size = x.shape
    return x.view(parts, -1, heads, tokens, size).permute(1, 3, 0, 2, 4).reshape(jobs, -1, parts * heads * size)


def attend(q: Tensor, kv: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Attended]:
    """softmax(Q K' / sqrt(d_head) + mask) V per head (Vaswani et al. 2017)."""
    import torch

    k, v = kv[0], kv[1]
    scores = torch.baddbmm(q.new_zeros(()), q, k.transpose(1, 2), beta=0.0, alpha=q.shape[-1] ** -0.5)
    probability = torch.softmax(scores if mask is None else scores.add_(mask), dim=-1)
    return torch.bmm(probability, v), Attended(q=q, k=k, v=v, probability=probability)


def attend_backward(gradient: Tensor, kept: Attended) -> tuple[Tensor, Tensor]:
    """Gradients of the queries [n, tokens, d_head] and of keys and values [2, n, tokens, d_head]."""
    import torch

    scale = kept.q.shape[-1] ** -0.5
    dkv = kept.k.new_empty(2, *kept.k.shape)
    product = torch.mul if kept.q.shape[1] == 1 else torch.bmm  # one query: an outer product, 15x faster as `mul`
    product(kept.probability.transpose(1, 2), gradient, out=dkv[1])
    dp = torch.bmm(gradient, kept.v.transpose(1, 2))
    ds = torch._softmax_backward_data(dp, kept.probability, -1, dp.dtype).mul_(scale)
    product(ds.transpose(1, 2), kept.q, out=dkv[0])
    return torch.bmm(ds, kept.k), dkv


@dataclass(frozen=True, kw_only=True)
class Tape:
    """What one layer's forward pass keeps for its backward pass."""

    before: Normed
    queries: Tensor
    attended: Attended
    mixed: Tensor
    after: Normed
    wide: Tensor
    active: Tensor


@dataclass(frozen=True, kw_only=True)
class LayerPass:
    """A layer with the sizes of one pass. `last`: only the class token goes on, nothing reads the others."""

    layer: Layer
    heads: int
    tokens: int
    eps: float
    last: bool

    def forward(self, x: Tensor, weights: Stack) -> tuple[Tensor, Tape]:
        """[J, n tokens, d] -> [J, n tokens, d], or [J, n, d] in the last layer."""
        import torch

        bias, examples = self.layer.bias, x.shape[0] * x.shape[1] // self.tokens
        before = norm(x, self.layer.before, self.eps)
        queries = self._outgoing(before.y)
        q = split_heads(linear(queries, weights["q"], bias["q"]), examples, 1, self.heads)[0]
        kv = split_heads(linear(before.y, weights["kv"], bias["kv"]), examples, 2, self.heads)
        seen, attended = attend(q, kv)
        mixed = join_heads(seen[None], x.shape[0], self.heads)
        after = norm(linear_onto(mixed, self._outgoing(x), weights["o"], bias["o"]), self.layer.after, self.eps)
        wide = linear(after.y, weights["fc1"], bias["fc1"])
        active = torch.nn.functional.gelu(wide)
        tape = Tape(
            before=before, queries=queries, attended=attended, mixed=mixed, after=after, wide=wide, active=active
        )
        return linear_onto(active, after.x, weights["fc2"], bias["fc2"]), tape

    def backward(self, gradient: Tensor, tape: Tape, weights: Stack, room: Stack, *, first: bool) -> Tensor | None:
        """Gradient of the layer's input from that of its output; None for the first layer, whose input is data."""
        gradient = self._mlp_backward(gradient, tape, weights, room)
        dq, dkv = self._attention_backward(gradient, tape, weights, room)
        if first:
            return None
        inner = dkv @ weights["kv"]
        if self.last:
            self._outgoing(inner).add_(dq @ weights["q"])
        else:
            inner.baddbmm_(dq, weights["q"])
        outer = norm_backward(inner, tape.before, self.layer.before)
        self._outgoing(outer).add_(gradient)
        return outer

    def _mlp_backward(self, gradient: Tensor, tape: Tape, weights: Stack, room: Stack) -> Tensor:
        import torch

        weight_gradient(gradient, tape.active, room, "fc2")
        wide = torch.ops.aten.gelu_backward(gradient @ weights["fc2"], tape.wide)
        weight_gradient(wide, tape.after.y, room, "fc1")
        return norm_backward(wide @ weights["fc1"], tape.after, self.layer.after).add_(gradient)

    def _attention_backward(self, gradient: Tensor, tape: Tape, weights: Stack, room: Stack) -> tuple[Tensor, Tensor]:
        jobs, examples = len(gradient), tape.before.x.shape[0] * tape.before.x.shape[1] // self.tokens
        weight_gradient(gradient, tape.mixed, room, "o")
        seen = split_heads(gradient @ weights["o"], examples, 1, self.heads)[0]
        dq, dkv = attend_backward(seen, tape.attended)
        dq, dkv = join_heads(dq[None], jobs, self.heads), join_heads(dkv, jobs, self.heads)
        weight_gradient(dq, tape.queries, room, "q")
        weight_gradient(dkv, tape.before.y, room, "kv")
        return dq, dkv

    def _outgoing(self, x: Tensor) -> Tensor:
        """The rows that the layer passes on: all, or in the last layer the class token of every example (a view)."""
        return x.unflatten(1, (-1, self.tokens))[:, :, 0] if self.last else x
