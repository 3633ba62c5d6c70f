"""SI units and decibels. Decibels live at the borders; whatever is averaged or summed is linear."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SPEED_OF_LIGHT_MPS = 299_792_458.0
BOLTZMANN_J_PER_K = 1.380649e-23
REFERENCE_TEMPERATURE_K = 290.0
BITS_PER_BYTE = 8
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"  # a clock of day, HH:MM or HH:MM:SS


def db_to_linear(value_db: ArrayLike) -> NDArray[np.float64]:
    """Power ratio of a level in dB: 10^(x/10). Any shape."""
    return np.power(10.0, np.asarray(value_db, dtype=np.float64) / 10.0)


def linear_to_db(ratio: ArrayLike) -> NDArray[np.float64]:
    """Level in dB of a power ratio > 0: 10 log10(x). Any shape."""
    return 10.0 * np.log10(np.asarray(ratio, dtype=np.float64))


def dbm_to_watt(power_dbm: ArrayLike) -> NDArray[np.float64]:
    """Power in watt of a level in dBm. Any shape."""
    return db_to_linear(power_dbm) * 1e-3


def noise_density_dbm_per_hz(noise_figure_db: float) -> float:
    """Thermal noise density kT at 290 K plus the receiver's noise figure: -173.975 dBm/Hz + NF."""
    return float(linear_to_db(BOLTZMANN_J_PER_K * REFERENCE_TEMPERATURE_K * 1e3)) + noise_figure_db


def clock_s(clock: str) -> float:
    """Seconds after midnight of a clock of day, `HH:MM` or `HH:MM:SS`.

    >>> clock_s("22:30"), clock_s("00:00:05")
    (81000.0, 5.0)
    """
    hours, minutes, *seconds = map(int, clock.split(":"))
    return float(3600 * hours + 60 * minutes + sum(seconds))
