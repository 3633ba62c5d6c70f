from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.radio.packets import Packets


def test_headers_ride_in_every_packet() -> None:
    packets = Packets(mtu_bytes=1500, header_bytes=28)
    assert packets.max_fragment_bytes == 1472
    assert packets.packet_bits([1472, 1472, 10]).tolist() == [12_000.0, 12_000.0, 304.0]


def test_bits_are_floats_of_any_number_of_fragments() -> None:
    bits = Packets().packet_bits([])
    assert bits.shape == (0,) and bits.dtype == np.float64


@pytest.mark.parametrize(
    "fields", [{"mtu_bytes": 63}, {"mtu_bytes": 65_536}, {"header_bytes": -1}, {"mtu_bytes": 1500.5}]
)
def test_sizes_out_of_range_are_refused(fields: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Packets(**fields)


def test_headers_must_leave_room_for_payload() -> None:
    assert Packets(mtu_bytes=64, header_bytes=32).max_fragment_bytes == 32
    with pytest.raises(ValidationError, match="header_bytes 33 leaves under 32 bytes of mtu_bytes 64"):
        Packets(mtu_bytes=64, header_bytes=33)
