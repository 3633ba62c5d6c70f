"""What every controller promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.control import Controller, Setting
from wfsim.messages import Candidate, Grant, Outcome, Request
from wfsim.rng import Streams

_RANK = 4
_DEVICES = [
    Candidate(
        device=f"d{number}",
        mean_snr_db=float(mean_db),
        snr_db=mean_db - 30.0 * (number == 2),
        upload_bits=1e5,
        examples=10 + number,
        compute_s=0.5 * number,
        age_rounds=None if number % 3 == 0 else number,
        turns=number,
        energy_j=2.0 * number,
        last_turn_s=None if number % 3 == 0 else 7.0 - number,
        last_loss=None if number % 3 == 0 else 0.3 * number,
        held=number % 2,
    )
    for number, mean_db in enumerate([3, 12, 40, -25, 3, 0, 7])
]
_NAMES = [device.device for device in _DEVICES]
_SETTING = Setting(rank=_RANK, steps={name: 5 + number for number, name in enumerate(_NAMES)}, band_hz=1e6)
_OUTCOMES = [
    Outcome(round=1, round_s=round_s, device_s=dict.fromkeys(_NAMES, 0.8 * round_s)) for round_s in (0.01, 3.0, 1e4)
]


def check_a_cohort_is_sorted_and_available(controller: Controller) -> None:
    """Never empty while nobody is at work; over twenty rounds, with 1, 2 and 7 devices available."""
    for count in (1, 2, 7):
        available = set(_NAMES[:count])
        for round_number in range(1, 20):
            cohort = _select(controller, round_number, _DEVICES[:count])
            require(cohort, f"nobody of {count} takes part in round {round_number}")
            _require_sorted_among(cohort, available)


def check_devices_at_work_count_towards_the_cohort(controller: Controller) -> None:
    """A controller with a field `devices` starts no more than are missing from that many; it may start nobody."""
    for busy in (1, 2, 50):
        cohort = _select(controller, 3, _DEVICES, busy=busy)
        _require_sorted_among(cohort, set(_NAMES))
        room = max(getattr(controller, "devices", 10**9) - busy, 0)
        require(len(cohort) <= room, f"{len(cohort)} devices start while {busy} work, with room for {room}")


def check_the_order_of_availability_does_not_matter(controller: Controller) -> None:
    """Reversed, the same cohort."""
    there = _select(controller, 3, _DEVICES)
    require_equal(_select(controller, 3, _DEVICES[::-1]), there, "the cohort of the same devices reversed")


def check_selection_is_a_function_of_seed_and_round(controller: Controller) -> None:
    """Asked twice, the same cohort."""
    there = _select(controller, 3, _DEVICES)
    require_equal(_select(controller, 3, _DEVICES), there, "the cohort when it is asked again")


def check_orders_can_be_followed(controller: Controller) -> None:
    """For members of the cohort only, ranks from 1 to the adapter's and steps from 1 to the full local training."""
    cohort = _cohort(controller)
    for name, orders in controller.orders(1, cohort, _SETTING, controller.begin(_SETTING)).items():
        full = _SETTING.steps[name] if name in {member.device for member in cohort} else 0
        require(full, f"{name} gets orders and is not in the cohort")
        require(orders.rank is None or 1 <= orders.rank <= _RANK, f"{name} is to train {orders.rank} of {_RANK} ranks")
        steps = orders.local_steps
        require(steps is None or 1 <= steps <= full, f"{name} is to do {steps} of {full} steps")


def check_grants_of_a_cohort_fit_the_band(controller: Controller) -> None:
    """One grant per device, each weight in (0, 1], together at most 1."""
    cohort = _cohort(controller)
    grants = _grants(controller, cohort, controller.begin(_SETTING))
    require_equal([grant.device for grant in grants], [member.device for member in cohort], "the devices of the grants")
    weights = [grant.band_weight for grant in grants]
    require(all(0.0 < weight <= 1.0 for weight in weights), f"the weights {weights} are not all in (0, 1]")
    require(sum(weights) <= 1.0 + 1e-12, f"the weights {weights} sum to more than 1")


def check_grants_keep_to_what_the_controller_says_of_itself(controller: Controller) -> None:
    """Ranks (from 1 to the adapter's) only with `grants_ranks`, held updates only with `may_hold`."""
    for grant in _grants(controller, _cohort(controller), controller.begin(_SETTING)):
        kept, sent = grant.keep, grant.send
        require(kept is None or controller.grants_ranks, f"{grant.device} is to keep {kept} ranks: not grants_ranks")
        require(kept is None or 1 <= kept <= _RANK, f"{grant.device} is to keep {kept} of {_RANK} ranks")
        require(sent or controller.may_hold, f"{grant.device} is to hold its update back: not may_hold")


def check_what_it_remembers_is_an_explicit_value(controller: Controller) -> None:
    """The same rounds give the same states, grants and finite measures, and a state is not changed by what follows."""
    cohort = _cohort(controller)
    require_equal(_history(controller, cohort), _history(controller, cohort), "what follows from the same rounds")
    state = controller.begin(_SETTING)
    before = repr(state)
    _grants(controller, cohort, state)
    controller.after(state, _OUTCOMES[0], _requests(controller, cohort))
    require_equal(repr(state), before, "the state before the first round, after it")


def _history(controller: Controller, cohort: Sequence[Candidate]) -> list[str]:
    state, seen = controller.begin(_SETTING), []
    for outcome in [*_OUTCOMES, *_OUTCOMES]:
        grants = _grants(controller, cohort, state)
        state = controller.after(state, outcome, _requests(controller, cohort))
        measures = controller.measures(state)
        require(np.isfinite(list(measures.values())).all(), f"of the measures {measures} some are not finite")
        seen.append(repr((state, grants, measures)))
    return seen


def _select(
    controller: Controller, round_number: int, candidates: Sequence[Candidate], busy: int = 0
) -> tuple[str, ...]:
    return controller.select(Streams(1), round_number, candidates, busy, controller.begin(_SETTING))


def _require_sorted_among(cohort: Sequence[str], available: set[str]) -> None:
    require_equal(list(cohort), sorted(set(cohort)), "the cohort")
    require(set(cohort) <= available, f"{cohort} holds devices that are not available")


def _cohort(controller: Controller) -> list[Candidate]:
    names = _select(controller, 1, _DEVICES)
    return [candidate for candidate in _DEVICES if candidate.device in names]


def _requests(controller: Controller, cohort: Sequence[Candidate]) -> list[Request]:
    spectrum = (
        {"dropped": (0.5, 0.2, 0.05, 0.0), "upload_bits": (3e4, 5e4, 7e4, 9e4)} if controller.reads_scores else {}
    )
    return [
        Request(device=member.device, round=1, snr_db=member.snr_db, elapsed_s=1.0, band_free=0.7, **spectrum)
        for member in cohort
    ]


def _grants(controller: Controller, cohort: Sequence[Candidate], state: Any) -> list[Grant]:
    """All in one call where it asks, else one at a time."""
    requests = _requests(controller, cohort)
    if controller.asks:
        return controller.grants(requests, cohort, _SETTING, state)
    return [grant for request in requests for grant in controller.grants([request], cohort, _SETTING, state)]
