"""How a payload is cut into packets, and which engine flies them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wfsim.part import Section
from wfsim.units import BITS_PER_BYTE


class Packets(Section):
    """Packet sizes. One fragment of encoded bytes fills one packet, behind a header (28 bytes: IPv4 and UDP)."""

    mtu_bytes: int = Field(1500, ge=64, le=65_535, description="largest packet, header included, bytes")
    header_bytes: int = Field(28, ge=0, le=1000, description="headers in every packet, bytes")
    engine: Literal["bulk", "reference"] = Field(
        "bulk", description="few events for many packets, or slowly one event per packet; the fates are the same"
    )

    @model_validator(mode="after")
    def _room_for_payload(self) -> Packets:
        if self.max_fragment_bytes < 32:
            raise ValueError(f"header_bytes {self.header_bytes} leaves under 32 bytes of mtu_bytes {self.mtu_bytes}")
        return self

    @property
    def max_fragment_bytes(self) -> int:
        """Bytes of encoded payload that fit in one packet."""
        return self.mtu_bytes - self.header_bytes

    def packet_bits(self, fragment_bytes: Sequence[int]) -> NDArray[np.float64]:
        """Bits of every packet on the air, header included, shape [fragments]."""
        return _packet_bits(tuple(fragment_bytes), self.header_bytes)


@functools.lru_cache(maxsize=64)
def _packet_bits(fragment_bytes: tuple[int, ...], header_bytes: int) -> NDArray[np.float64]:
    """Read-only, for thousands of devices send the same plan."""
    bits = (np.array(fragment_bytes, dtype=np.float64) + header_bytes) * BITS_PER_BYTE
    bits.flags.writeable = False
    return bits
