"""Mahimahi packet-delivery traces: one opportunity to deliver a packet of 1500 bytes per line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wfsim.measured.files import lines_of, refused
from wfsim.measured.recording import Recording, merged
from wfsim.units import BITS_PER_BYTE

PACKET_BYTES = 1500
_MS_PER_S = 1000
_LONGEST_MS = 1_000_000_000


def read_mahimahi(path: str) -> Recording:
    """The rate in bit/s over bins of 1 ms. Raises ScenarioError with the line that is wrong.

    Format after Netravali et al. 2015 (USENIX ATC, mm-link): integers in ms that do not fall; the recording is as long
    as its last one says and begins anew there. Line t lets 1500 bytes arrive by t: n of them are a rate of 12 n kbit/ms
    in (t - 1, t], so that by every t a saturated link has delivered as many packets as there are lines up to it. Those
    at 0, which nobody can use at the very start, come at the end of each lap, where the next one begins.
    """
    file, lines = lines_of(path)
    times_ms = _times_ms(file, lines)
    length_ms = int(times_ms[-1])
    counts = np.bincount(np.where(times_ms == 0, length_ms, times_ms), minlength=length_ms + 1)[1:]
    amounts = counts * float(PACKET_BYTES * BITS_PER_BYTE)
    return merged(np.arange(length_ms + 1) / _MS_PER_S, amounts * _MS_PER_S, 1.0 / _MS_PER_S, amounts)


def _times_ms(file: Path, lines: list[str]) -> NDArray[np.int64]:
    times: list[int] = []
    for number, text in enumerate(lines, start=1):
        if not text.strip().isdecimal() or int(text) > _LONGEST_MS:
            raise refused(file, f"{text[:40]!r} is no time in ms, an integer from 0 to {_LONGEST_MS}", number)
        times.append(int(text))
        if len(times) > 1 and times[-1] < times[-2]:
            raise refused(file, f"time runs back from {times[-2]} to {times[-1]} ms", number)
    if times[-1] == 0:
        raise refused(file, "ends at 0 ms: the last line is the length of the recording", len(lines))
    return np.array(times, dtype=np.int64)
