"""Pure bandwidth solvers: no state, no clock, numpy alone.

The medium divides the band with `divide_band`; the others are for weights and controllers that solve for shares.

Notation: `snr_hz` = P g / N0 in Hz (received power over noise density), `gap` >= 1 the SNR gap to capacity, linear.
A share b carries R(b) = b min(log2(1 + snr_hz / (gap b)), cap) bit/s: it saturates at snr_hz / (gap ln 2), because
power is limited. `Uploads` are n uploads that may keep 1 to r ranks; the `solve_*` choose ranks and bands together.
"""

from wfsim.allocation.bands import rate_bps, required_band_hz, required_bands_hz
from wfsim.allocation.common_queue import solve_common
from wfsim.allocation.device_queues import solve_per_device
from wfsim.allocation.equal_bands import (
    least_equal_round_s,
    solve_common_equal,
    solve_per_device_equal,
    solve_within_equal,
)
from wfsim.allocation.finish import finish_times_s, min_max_bands_hz
from wfsim.allocation.no_queue import least_round_s, solve_within
from wfsim.allocation.problem import Solution, Uploads
from wfsim.allocation.sharing import divide_band

__all__ = [
    "Solution",
    "Uploads",
    "divide_band",
    "finish_times_s",
    "least_equal_round_s",
    "least_round_s",
    "min_max_bands_hz",
    "rate_bps",
    "required_band_hz",
    "required_bands_hz",
    "solve_common",
    "solve_common_equal",
    "solve_per_device",
    "solve_per_device_equal",
    "solve_within",
    "solve_within_equal",
]
