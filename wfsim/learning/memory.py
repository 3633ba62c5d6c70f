"""Memory that training takes on a device, for plans: an estimate from shapes alone.

Frozen weights: those of linear layers in the model's `weight_format` (int4: 4 bits and one 32-bit scale per 64 weights,
Dettmers et al. 2023; scales of int8 rows are left out); embeddings, norms, biases and a decoder's output layer at 16
bits, at 32 under fp32. Adapter, gradients and optimiser state: 32 bits per entry, as PEFT and torch keep them. Where
the whole model is trained it counts as the adapter, beside a copy at 16 bits to compute with (none under fp32).
Activations: inputs and outputs of all linear layers (q, k and v, or gate and up, share an input), at the width of the
unquantised weights: what Korthikanti et al. 2022 (arXiv 2205.05198) count for a transformer layer, 32 bytes per token
and unit of hidden width at 16 bits, less dropout and attention scores. Valid without recomputation, with fused
attention; buffers of the allocator and of the runtime come on top.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import trains_base
from wfsim.learning.families import Encoder
from wfsim.learning.models import WeightFormat
from wfsim.learning.settings import Learning
from wfsim.messages import AdapterShapes
from wfsim.units import BITS_PER_BYTE

_LINEAR_BITS: dict[WeightFormat, float] = {"fp32": 32.0, "bf16": 16.0, "int8": 8.0, "int4": 4.5}
_ENTRY_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Bytes on one device while it trains."""

    weights_bytes: int
    adapter_bytes: int
    gradient_bytes: int
    optimizer_bytes: int
    activation_bytes: int

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return sum(astuple(self))


def training_memory(settings: Learning, encoder: Encoder, shapes: AdapterShapes) -> Memory:
    """What `local.batch_size` examples at a time take."""
    trained = sum(shapes.tensors[index].entries for index in shapes.sent)
    plain_bytes = 4 if settings.model.weight_format == "fp32" else 2
    return Memory(
        weights_bytes=_weights_bytes(encoder, shapes, settings.model.weight_format, plain_bytes),
        adapter_bytes=_ENTRY_BYTES * shapes.entries,
        gradient_bytes=_ENTRY_BYTES * trained,
        optimizer_bytes=_ENTRY_BYTES * trained * settings.local.optimizer.state_slots,
        activation_bytes=plain_bytes * settings.local.batch_size * activations(encoder),
    )


def activations(encoder: Encoder) -> int:
    """Values that the backward pass of one example needs."""
    return sum(
        block.rows * (block.modules[0].d_in + sum(module.d_out for module in block.modules)) for block in encoder.blocks
    )


def require_memory(memory: Memory, limit_bytes: float | None) -> None:
    """Raises ScenarioError where the job does not fit; no limit (None) fits everything."""
    if limit_bytes is None or memory.total_bytes <= limit_bytes:
        return
    gigabytes = {name.removesuffix("_bytes"): value / 1e9 for name, value in vars(memory).items()}
    parts = ", ".join(f"{name} {value:.4g}" for name, value in gigabytes.items())
    message = f"training takes {memory.total_bytes / 1e9:.4g} GB ({parts}); a device has {limit_bytes / 1e9:.4g} GB"
    raise ScenarioError(message, path="devices.compute.memory_bytes")


def _weights_bytes(encoder: Encoder, shapes: AdapterShapes, form: WeightFormat, plain_bytes: int) -> int:
    if trains_base(shapes, encoder):
        return 0 if form == "fp32" else plain_bytes * shapes.entries
    linear = sum(layer.d_out * layer.d_in for layer in encoder.linears)
    every = sum(tensor.entries for tensor in encoder.frozen)
    return round(linear * _LINEAR_BITS[form] / BITS_PER_BYTE) + (every - linear) * plain_bytes
