"""Dynamic power of CMOS logic: faster clocks cost more per operation."""

from __future__ import annotations

import math

from pydantic import Field

from wfsim.devices.energy import Energy
from wfsim.devices.energy._transmitter import transmitter_j
from wfsim.errors import RunError


class Cmos(Energy, kind="cmos"):
    """E_compute = kappa C f^2 with C = flops / flops_per_cycle cycles and f = flops_per_s / flops_per_cycle Hz.

    E_transmit = (P / eta + circuit_w) t; E_receive = receive_w t. Source: Burd and Brodersen 1996; kappa = 1e-28 as in
    Yang et al. 2021. Valid where supply voltage scales with the clock; leakage and idle power are not in it.
    """

    kappa: float = Field(1e-28, gt=0, description="effective switched capacitance, J per cycle and Hz^2")
    flops_per_cycle: float = Field(1.0, gt=0, description="effective floating-point operations per clock cycle")
    receive_w: float = Field(0.5, ge=0, description="power while receiving, W")
    amplifier_efficiency: float = Field(0.4, gt=0, le=1, description="radiated over drawn amplifier power")
    circuit_w: float = Field(0.2, ge=0, description="transmitter power besides the amplifier, W")

    def compute_j(self, flops: float, flops_per_s: float, duration_s: float) -> float:
        if not math.isfinite(flops_per_s):
            raise RunError(
                "energy cmos needs a clock frequency, but the compute model's speed is infinite "
                "(compute instant); use compute flops, or energy none or constant_power"
            )
        cycles, clock_hz = flops / self.flops_per_cycle, flops_per_s / self.flops_per_cycle
        return self.kappa * cycles * clock_hz**2

    def transmit_j(self, power_w: float, airtime_s: float) -> float:
        efficiency, circuit_w = self.amplifier_efficiency, self.circuit_w
        return transmitter_j(power_w, airtime_s, amplifier_efficiency=efficiency, circuit_w=circuit_w)

    def receive_j(self, airtime_s: float) -> float:
        return self.receive_w * airtime_s
