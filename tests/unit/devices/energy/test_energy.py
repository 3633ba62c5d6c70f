from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from wfsim.devices.energy import Energy
from wfsim.errors import RunError

TRANSMITTER = {"amplifier_efficiency": 0.5, "circuit_w": 0.3, "receive_w": 0.25}


def test_none_draws_nothing():
    none = Energy.parse("none")
    assert (none.compute_j(1e12, 1e9, 1e3), none.transmit_j(1.0, 9.0), none.receive_j(9.0)) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("kind", ["constant_power", "cmos"])
def test_radio_energy_by_hand(kind):
    energy = Energy.parse({"kind": kind, **TRANSMITTER})
    assert energy.transmit_j(0.1, 10.0) == pytest.approx((0.1 / 0.5 + 0.3) * 10.0, rel=1e-12)
    assert energy.receive_j(10.0) == pytest.approx(2.5, rel=1e-12)


def test_constant_power_counts_time_not_work():
    energy = Energy.parse({"kind": "constant_power", "compute_w": 3.0})
    assert energy.compute_j(1.0, 1e9, 2.0) == energy.compute_j(1e12, 1e6, 2.0) == 6.0


def test_cmos_doubling_the_clock_quadruples_the_energy_of_the_same_work():
    energy = Energy.parse("cmos")
    assert energy.compute_j(1e9, 2e9, 0.5) == pytest.approx(4 * energy.compute_j(1e9, 1e9, 1.0), rel=1e-12)


def test_cmos_with_wider_cores_needs_fewer_and_slower_cycles():
    scalar, wide = (Energy.parse({"kind": "cmos", "flops_per_cycle": width}) for width in (1, 4))
    assert scalar.compute_j(1e9, 1e9, 1.0) == pytest.approx(4**3 * wide.compute_j(1e9, 1e9, 1.0), rel=1e-12)


def test_cmos_refuses_an_infinite_clock():
    with pytest.raises(RunError, match="compute instant"):
        Energy.parse("cmos").compute_j(1e9, math.inf, 0.0)


@pytest.mark.parametrize("kind", ["constant_power", "cmos"])
@pytest.mark.parametrize("fields", [{"amplifier_efficiency": 0}, {"amplifier_efficiency": 1.1}, {"circuit_w": -1}])
def test_impossible_radios_are_refused(kind, fields):
    with pytest.raises(ValidationError):
        Energy.parse({"kind": kind, **fields})
