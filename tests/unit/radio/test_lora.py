"""LoRa's airtime and the link that is made of it."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.link.lora import Lora
from wfsim.radio.lora import airtime_s, symbols


@pytest.mark.parametrize(
    ("spreading_factor", "payload_bytes", "expected_s"),
    [(7, 20, 0.056575999999999994), (9, 51, 0.328704), (12, 20, 1.318912)],
)
def test_airtime_of_the_data_sheet(spreading_factor, payload_bytes, expected_s):
    assert airtime_s(payload_bytes, spreading_factor, 125e3) == pytest.approx(expected_s, rel=1e-12)


def test_symbols_by_hand():
    """SF7, 5 bytes, 4/8, no CRC, implicit header: 12.25 + 8 + ceil((40 - 28 + 28 - 20) / 28) * 8 = 28.25."""
    assert symbols(5, 7, coding_rate=4, crc=False, explicit_header=False) == 28.25
    assert symbols(0, 12, crc=False, explicit_header=False) == 20.25


@pytest.mark.parametrize("spreading_factor", range(7, 13))
def test_a_packet_of_the_link_lasts_its_airtime(spreading_factor):
    link = Lora(spreading_factor=spreading_factor, payload_bytes=60, coding_rate=2)
    rate_bps = 125e3 * link.efficiency(np.array([1.0]))[0]
    assert 8 * 60 / rate_bps == pytest.approx(airtime_s(60, spreading_factor, 125e3, coding_rate=2), rel=1e-12)


def test_below_the_sensitivity_nothing_gets_through():
    snr = 10.0 ** (np.array([-7.6, -7.4]) / 10.0)
    silent, heard = Lora(spreading_factor=7).efficiency(snr)
    assert (silent, heard > 0.0) == (0.0, True)
    assert (Lora(spreading_factor=8).efficiency(snr) > 0.0).all()


def test_the_largest_packets_of_europe_are_the_default():
    assert Lora(spreading_factor=9) != Lora(spreading_factor=9, payload_bytes=128)
    assert Lora(spreading_factor=9).efficiency(np.ones(1)) == Lora(spreading_factor=9, payload_bytes=128).efficiency(
        np.ones(1)
    )
