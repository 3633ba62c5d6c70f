"""Floating-point operations of one training example, for models of computing time. A multiply-add counts as two.

T tokens, d width, r rank; linear layers x [rows, d_in] -> [rows, d_out], rows being T, or 1 behind the first token.
A layer that shares its weights counts at every use. Counted as PEFT computes (LoRA beside the frozen matrix, not
merged). Elementwise work (norms, GELU, softmax, optimiser) and look-ups of embeddings are left out.
"""

from __future__ import annotations

from wfsim.learning.adapter import trains_base
from wfsim.learning.families import Block, Encoder
from wfsim.messages import AdapterShapes, PairShape


def forward_flops(encoder: Encoder, shapes: AdapterShapes) -> int:
    """FLOPs of one forward pass of one example.

    Patch embedding (2 P p d for P patches of p values) + per linear layer 2 rows d_in d_out + per pair
    2 rows r (d_in + d_out) + per attention 4 T^2 d (Q K' and the weighted sum of V) + 2 d_in d_out per layer of the
    head, which sees one vector.
    """
    trained = {pair.name for pair in shapes.pairs}
    return (
        encoder.embedding_flops + sum(_block(block, trained, shapes.rank) for block in encoder.blocks) + _head(encoder)
    )


def training_flops(encoder: Encoder, shapes: AdapterShapes, rank: int | None = None) -> int:
    """FLOPs of forward and backward of one example; a frozen matrix needs no weight gradient.

    `rank`: how many of the r ranks are trained (None: all). The others stay in the forward pass as they were, and
    gradients pass through them, but none are formed for them: q for r in what follows.

    Backward: 2 rows d_in d_out per linear layer whose input depends on a trained one (activation gradient only);
    per pair 2 rows q d_out for dB and 2 rows q d_in for dA, none for what `shapes.factors` freezes; 2 rows r d_out
    for the gradient of A x and 2 rows r d_in for that of x where x depends on a trained layer, else only the 2 rows q
    d_out that dA needs; 2 T^2 d for each of dV, d(Q K'), dQ, dK that some trained tensor needs (8 T^2 d
    above the first layer); 2 d_in d_out for the weights of each layer of the head and as much for its input, the first
    one's only where any pair is trained. A causal model's scores above the diagonal count too.

    Where the base itself is trained, backward is twice the forward pass (weights and inputs), but once the patch
    embedding, whose input is data.
    """
    forward = forward_flops(encoder, shapes)
    if trains_base(shapes, encoder):
        return 3 * forward - encoder.embedding_flops
    return forward + _backward_flops(encoder, shapes, shapes.rank if rank is None else rank)


def _block(block: Block, trained: set[str], rank: int) -> int:
    linear = sum(_matrix(block, module) for module in block.modules)
    lora = sum(_factors(block, rank, module) for module in block.modules if module.name in trained)
    return linear + lora + _attention(block)


def _backward_flops(encoder: Encoder, shapes: AdapterShapes, active: int) -> int:
    trained = {pair.name for pair in shapes.pairs}
    total, reached = 2 * _head(encoder) - (0 if trained else _matrix_of_head(encoder)), False
    for block in encoder.blocks:
        total += sum(_matrix(block, m) for m in block.modules) if reached else 0
        total += sum(_pair_backward(block, m, shapes, active, reached) for m in block.modules if m.name in trained)
        needed = [reached or m.name in trained for m in block.modules]
        q_k_v = needed * 3 if block.fused else needed
        total += _attention_backward(block, *q_k_v) if len(q_k_v) == 3 else 0
        reached = any(needed)
    return total


def _attention_backward(block: Block, q: bool, k: bool, v: bool) -> int:
    return (v + (q or k) + q + k) * _attention(block) // 2


def _pair_backward(block: Block, module: PairShape, shapes: AdapterShapes, active: int, reached: bool) -> int:
    gradients = active * (shapes.sends_b * module.d_out + shapes.sends_a * module.d_in)
    passed = shapes.rank * (module.d_out + module.d_in) if reached else shapes.sends_a * active * module.d_out
    return 2 * block.rows * (gradients + passed)


def _matrix(block: Block, module: PairShape) -> int:
    return 2 * block.rows * module.d_in * module.d_out


def _factors(block: Block, rank: int, module: PairShape) -> int:
    return 2 * block.rows * rank * (module.d_in + module.d_out)


def _attention(block: Block) -> int:
    """Zero for a block that is not q, k and v."""
    width = block.modules[0].d_out // 3 if block.fused else block.modules[0].d_out if len(block.modules) == 3 else 0
    return 4 * block.rows**2 * width


def _head(encoder: Encoder) -> int:
    return sum(2 * layer.d_in * layer.d_out for module in encoder.head for layer in module.linears)


def _matrix_of_head(encoder: Encoder) -> int:
    """The head's first layer, whose input needs no gradient unless something below it is trained."""
    first = next((layer for module in encoder.head for layer in module.linears), None)
    return 0 if first is None else 2 * first.d_in * first.d_out
