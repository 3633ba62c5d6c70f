"""The radio's transmit chain."""

from __future__ import annotations


def transmitter_j(power_w: float, airtime_s: float, *, amplifier_efficiency: float, circuit_w: float) -> float:
    """(P / eta + P_circuit) t: radiated power over the amplifier's efficiency, plus a constant circuit power.

    Source: Cui, Goldsmith, Bahai 2005, "Energy-constrained modulation optimization". Valid for 0 < eta <= 1.
    """
    return (power_w / amplifier_efficiency + circuit_w) * airtime_s
