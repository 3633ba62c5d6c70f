"""Time on the air of LoRa packets."""

from __future__ import annotations

import math

PREAMBLE_SYMBOLS = 8  # of LoRaWAN
_SYNC_SYMBOLS = 4.25  # sync word and start of frame, after the preamble
_SLOW_SYMBOL_S = 0.016  # from here on the low data rate optimisation is mandatory


def symbols(
    payload_bytes: int,
    spreading_factor: int,
    *,
    coding_rate: int = 1,
    crc: bool = True,
    explicit_header: bool = True,
    low_data_rate: bool = False,
) -> float:
    """Symbols of one packet: 12.25 + 8 + max(ceil((8 PL - 4 SF + 28 + 16 CRC - 20 IH) / (4 (SF - 2 DE))) (CR + 4), 0).

    `payload_bytes` (PL) is the physical payload, `coding_rate` (CR) 1 to 4 stands for 4/5 to 4/8, IH is 1 without a
    header. Semtech SX1276 datasheet, 4.1.1.
    """
    bits = 8 * payload_bytes - 4 * spreading_factor + 28 + 16 * crc - 20 * (not explicit_header)
    blocks = math.ceil(bits / (4 * (spreading_factor - 2 * low_data_rate)))
    return PREAMBLE_SYMBOLS + _SYNC_SYMBOLS + 8 + max(blocks * (coding_rate + 4), 0)


def airtime_s(payload_bytes: int, spreading_factor: int, bandwidth_hz: float, *, coding_rate: int = 1) -> float:
    """Seconds of one packet with header and CRC: its symbols times 2^SF / bandwidth. Source as `symbols`.

    Symbols of 16 ms and more are sent with the low data rate optimisation.
    """
    symbol_s = 2**spreading_factor / bandwidth_hz
    slow = symbol_s >= _SLOW_SYMBOL_S
    return symbol_s * symbols(payload_bytes, spreading_factor, coding_rate=coding_rate, low_data_rate=slow)
