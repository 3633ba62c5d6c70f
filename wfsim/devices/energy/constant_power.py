"""One power level per activity."""

from __future__ import annotations

from pydantic import Field

from wfsim.devices.energy import Energy
from wfsim.devices.energy._transmitter import transmitter_j


class ConstantPower(Energy, kind="constant_power"):
    """E_compute = compute_w t; E_transmit = (P / eta + circuit_w) t; E_receive = receive_w t.

    Source: Cui, Goldsmith, Bahai 2005 for the transmitter. Valid where a power meter gives one figure per activity.
    """

    compute_w: float = Field(2.0, ge=0, description="power while computing, W")
    receive_w: float = Field(0.5, ge=0, description="power while receiving, W")
    amplifier_efficiency: float = Field(0.4, gt=0, le=1, description="radiated over drawn amplifier power")
    circuit_w: float = Field(0.2, ge=0, description="transmitter power besides the amplifier, W")

    def compute_j(self, flops: float, flops_per_s: float, duration_s: float) -> float:
        return self.compute_w * duration_s

    def transmit_j(self, power_w: float, airtime_s: float) -> float:
        efficiency, circuit_w = self.amplifier_efficiency, self.circuit_w
        return transmitter_j(power_w, airtime_s, amplifier_efficiency=efficiency, circuit_w=circuit_w)

    def receive_j(self, airtime_s: float) -> float:
        return self.receive_w * airtime_s
