"""Floating-point operations of one training example, for models of computing time. A multiply-add counts as two.

T tokens, d width, P patches of p values, C classes, r rank; linear layers x [T, d_in] -> [T, d_out]. Counted as PEFT
computes (LoRA beside the frozen matrix, not merged). Elementwise work (norms, GELU, softmax, optimiser) is left out.
"""

from __future__ import annotations

from wfsim.learning.vit_config import VitConfig, linear_modules
from wfsim.messages import AdapterShapes, PairShape


def forward_flops(config: VitConfig, shapes: AdapterShapes) -> int:
    """FLOPs of one forward pass of one example.

    2 P p d (patch embedding) + sum over linear layers 2 T d_in d_out + sum over pairs 2 T r (d_in + d_out)
    + layers 4 T^2 d (Q K' and the weighted sum of V) + 2 d C (head, class token only).
    """
    embedding = 2 * config.patches * config.patch_values * config.hidden
    linear = sum(_matrix(config, module) for module in linear_modules(config))
    lora = sum(_factors(config, shapes.rank, pair) for pair in shapes.pairs)
    return embedding + linear + lora + config.layers * _attention(config) + _head(config, shapes)


def training_flops(config: VitConfig, shapes: AdapterShapes) -> int:
    """FLOPs of forward and backward of one example; a frozen matrix needs no weight gradient.

    Backward: 2 T d_in d_out per linear layer whose input depends on a trained one (activation gradient only);
    per pair 2 T r (d_in + d_out) for dA and dB, 2 T r d_out for the gradient of A x, 2 T r d_in where the input depends
    on a trained layer; 2 T^2 d for each of dV, d(Q K'), dQ, dK that some trained tensor needs (8 T^2 d above the first
    layer); 2 d C for the head's weights and 2 d C for its input where any pair is trained.
    """
    return forward_flops(config, shapes) + _backward_flops(config, shapes)


def _backward_flops(config: VitConfig, shapes: AdapterShapes) -> int:
    trained = {pair.name for pair in shapes.pairs}
    total, reached = _head(config, shapes) * (2 if trained else 1), False
    for block in _blocks(config):
        total += sum(_module_backward(config, shapes.rank, m, reached, m.name in trained) for m in block)
        needed = [reached or m.name in trained for m in block]
        total += _attention_backward(config, *needed) if len(block) == 3 else 0
        reached = any(needed)
    return total


def _attention_backward(config: VitConfig, q: bool, k: bool, v: bool) -> int:
    return (v + (q or k) + q + k) * _attention(config) // 2


def _blocks(config: VitConfig) -> list[tuple[PairShape, ...]]:
    """Layers that share an input, in forward order: (q, k, v), (o), (fc1), (fc2) of every layer."""
    modules = linear_modules(config)
    starts = range(0, len(modules), 6)
    return [block for i in starts for block in (modules[i : i + 3], *((m,) for m in modules[i + 3 : i + 6]))]


def _module_backward(config: VitConfig, rank: int, module: PairShape, reached: bool, trained: bool) -> int:
    total = _matrix(config, module) if reached else 0
    if trained:
        total += _factors(config, rank, module) + 2 * config.tokens * rank * module.d_out
        total += 2 * config.tokens * rank * module.d_in if reached else 0
    return total


def _matrix(config: VitConfig, module: PairShape) -> int:
    return 2 * config.tokens * module.d_in * module.d_out


def _factors(config: VitConfig, rank: int, module: PairShape) -> int:
    return 2 * config.tokens * rank * (module.d_in + module.d_out)


def _attention(config: VitConfig) -> int:
    return 4 * config.tokens**2 * config.hidden


def _head(config: VitConfig, shapes: AdapterShapes) -> int:
    classes = shapes.dense[0].shape[0]
    return 2 * config.hidden * classes
