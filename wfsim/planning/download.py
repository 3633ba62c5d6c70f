"""How long the global adapter takes to reach a cohort, on average."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.scenario.schema import Radio
from wfsim.units import db_to_linear

Vector = NDArray[np.float64]


def free_hz(radio: Radio) -> float:
    """The band that foreign traffic leaves on average."""
    return radio.bandwidth_hz * (1.0 - radio.background.mean_share())


def download_s(radio: Radio, bits: float, mean_snr: Vector, devices: Sequence[str]) -> Vector:
    """Seconds [devices] for `bits` at mean SNRs over the whole band (linear).

    Every transfer keeps its devices' part of the band, at the rate of the weakest of them: exact for a broadcast, an
    upper bound for copies that end one after another and free their band.
    """
    names = [radio.downlink.transfer_name(1, device) for device in devices]
    served = np.array([[other == name for other in names] for name in names])  # by whose transfer
    weakest = np.where(served, mean_snr / db_to_linear(radio.link.margin_db), np.inf).min(axis=1)
    with np.errstate(divide="ignore"):
        return bits / (free_hz(radio) * served.mean(axis=1) * radio.link.efficiency(weakest))
