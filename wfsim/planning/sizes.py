"""Bits on the air of what a codec makes of an adapter."""

from __future__ import annotations

import numpy as np

from wfsim.compress import Codec, Source
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter
from wfsim.radio.packets import Packets
from wfsim.radio.transport import Transport
from wfsim.rng import Streams


def bits_on_air(codec: Codec, workload: Workload, packets: Packets, streams: Streams) -> float:
    """All packets once, headers included; where values decide sizes, those of an update that is assumed."""
    plan = codec.plan(workload.shapes, packets.max_fragment_bytes)
    sizes = plan.fragment_bytes if plan is not None else _assumed_sizes(codec, workload, packets, streams)
    return float(packets.packet_bits(sizes).sum())


def bits_flying(bits: float, transport: Transport, mean_loss: float) -> float:
    """The mean with repetitions, where the transport sends lost packets again; each flight is lost with `mean_loss`."""
    repeats = bool(transport.resend(np.ones(1, dtype=bool), 1).any())
    return bits / (1.0 - mean_loss) if repeats else bits


def _assumed_sizes(codec: Codec, workload: Workload, packets: Packets, streams: Streams) -> tuple[int, ...]:
    shapes = workload.shapes
    update = workload.settings.assumed_spectrum.assumed_update(shapes, streams, "plan", 1)
    zero = Adapter.from_vector(shapes, np.zeros(shapes.entries, np.float32))
    source = Source(start=zero, generator=streams.generator("plan_codec"))
    return tuple(len(each) for each in codec.encode(update, shapes, packets.max_fragment_bytes, source).fragments)
