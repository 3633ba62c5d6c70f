"""Energy left out of the study."""

from __future__ import annotations

from wfsim.devices.energy import Energy


class NoEnergy(Energy, kind="none"):
    """Every activity draws 0 J, on purpose: the neutral model."""

    def compute_j(self, flops: float, flops_per_s: float, duration_s: float) -> float:
        return 0.0

    def transmit_j(self, power_w: float, airtime_s: float) -> float:
        return 0.0

    def receive_j(self, airtime_s: float) -> float:
        return 0.0
