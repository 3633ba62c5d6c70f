"""What every energy model promises."""

from __future__ import annotations

import math

import pytest

from wfsim.devices.energy import Energy
from wfsim.part import describe_value


@pytest.fixture(params=sorted(Energy.kinds))
def energy(request):
    """One part of every kind: required fields take the first of their examples."""
    kind = Energy.kinds[request.param]
    fields = {name: field.examples[0] for name, field in kind.model_fields.items() if field.is_required()}
    return Energy.parse({"kind": request.param, **fields})


def test_yaml_form_round_trips(energy):
    assert Energy.parse(describe_value(energy)) == energy


def test_energies_are_finite_and_not_negative(energy):
    joules = [energy.compute_j(1e10, 1e9, 10.0), energy.transmit_j(0.1, 2.0), energy.receive_j(3.0)]
    assert all(math.isfinite(x) and x >= 0 for x in joules)


def test_no_activity_draws_no_energy(energy):
    assert energy.compute_j(0.0, 1e9, 0.0) == energy.transmit_j(0.1, 0.0) == energy.receive_j(0.0) == 0.0


def test_energy_of_two_activities_is_the_sum(energy):
    assert energy.compute_j(3e9, 1e9, 3.0) == pytest.approx(energy.compute_j(1e9, 1e9, 1.0) * 3, rel=1e-12)
    assert energy.transmit_j(0.1, 3.0) == pytest.approx(energy.transmit_j(0.1, 1.0) * 3, rel=1e-12)
    assert energy.receive_j(3.0) == pytest.approx(energy.receive_j(1.0) * 3, rel=1e-12)
