"""What every availability model promises."""

from __future__ import annotations

import math

import pytest

from wfsim.devices.availability import Availability
from wfsim.part import describe_value
from wfsim.rng import Streams

TIMES_S = [0.0, 0.1, 59.999, 60.0, 61.0, 1e4, 1e7]


@pytest.fixture(params=sorted(Availability.kinds))
def availability(request):
    """One part of every kind: required fields take the first of their examples."""
    kind = Availability.kinds[request.param]
    fields = {name: field.examples[0] for name, field in kind.model_fields.items() if field.is_required()}
    return Availability.parse({"kind": request.param, **fields})


def test_yaml_form_round_trips(availability):
    assert Availability.parse(describe_value(availability)) == availability


def test_query_order_does_not_matter(availability):
    forwards = [availability.is_available(Streams(1), "a", t) for t in TIMES_S]
    backwards = [availability.is_available(Streams(1), "a", t) for t in reversed(TIMES_S)]
    assert forwards == backwards[::-1]
    assert all(isinstance(there, bool) for there in forwards)


def test_the_next_change_lies_ahead(availability):
    assert all(availability.next_change_s(t) > t for t in TIMES_S)


def test_nothing_changes_before_the_next_change(availability):
    for t_s in TIMES_S:
        end_s = min(availability.next_change_s(t_s), t_s + 1e6)
        for device in ("a", "b", "c"):
            states = {availability.is_available(Streams(3), device, t) for t in (t_s, math.nextafter(end_s, t_s))}
            assert len(states) == 1
