"""What every energy model promises."""

from __future__ import annotations

import math

from wfsim.contracts._require import require, require_close, require_equal
from wfsim.devices.energy import Energy


def check_energies_are_finite_and_not_negative(energy: Energy) -> None:
    """To compute, to send and to receive."""
    for joules in (energy.compute_j(1e10, 1e9, 10.0), energy.transmit_j(0.1, 2.0), energy.receive_j(3.0)):
        require(math.isfinite(joules) and joules >= 0, f"an energy is {joules} J")


def check_no_activity_draws_no_energy(energy: Energy) -> None:
    """What a device draws when idle is not wfsim's."""
    require_equal(energy.compute_j(0.0, 1e9, 0.0), 0.0, "the energy of no work")
    require_equal(energy.transmit_j(0.1, 0.0), 0.0, "the energy of sending for no time")
    require_equal(energy.receive_j(0.0), 0.0, "the energy of receiving for no time")


def check_energy_of_two_activities_is_the_sum(energy: Energy) -> None:
    """Three times the work in three times the time."""
    require_close(
        energy.compute_j(3e9, 1e9, 3.0), 3 * energy.compute_j(1e9, 1e9, 1.0), "three times the work is not three times"
    )
    require_close(energy.transmit_j(0.1, 3.0), 3 * energy.transmit_j(0.1, 1.0), "sending 3 s is not 3 times 1 s")
    require_close(energy.receive_j(3.0), 3 * energy.receive_j(1.0), "receiving 3 s is not 3 times 1 s")
