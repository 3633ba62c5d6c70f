from __future__ import annotations

import pytest

from wfsim.control import Controller
from wfsim.messages import Request
from wfsim.rng import Streams

_NAMES = [f"d{number}" for number in range(7)]


@pytest.fixture(params=sorted(Controller.kinds))
def controller(request: pytest.FixtureRequest) -> Controller:
    """Required fields take the first of their examples, or 3."""
    fields = Controller.kinds[request.param].model_fields
    required = {name: (field.examples or [3])[0] for name, field in fields.items() if field.is_required()}
    return Controller.parse({"kind": request.param, **required})


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_cohort_is_sorted_and_available(controller: Controller, count: int) -> None:
    for round_number in range(1, 20):
        cohort = controller.select(Streams(1), round_number, _NAMES[:count])
        assert cohort and list(cohort) == sorted(set(cohort)) and set(cohort) <= set(_NAMES[:count])


def test_the_order_of_availability_does_not_matter(controller: Controller) -> None:
    assert controller.select(Streams(1), 3, _NAMES) == controller.select(Streams(1), 3, _NAMES[::-1])


def test_selection_is_a_function_of_seed_and_round(controller: Controller) -> None:
    assert controller.select(Streams(1), 3, _NAMES) == controller.select(Streams(1), 3, _NAMES)


def test_grants_of_a_cohort_fit_the_band(controller: Controller) -> None:
    cohort = controller.select(Streams(1), 1, _NAMES)
    grants = [controller.grant(Request(device=name, round=1, snr_db=3.0), cohort) for name in cohort]
    assert [grant.device for grant in grants] == list(cohort)
    assert all(grant.band_weight > 0.0 for grant in grants) and sum(g.band_weight for g in grants) <= 1.0 + 1e-12
