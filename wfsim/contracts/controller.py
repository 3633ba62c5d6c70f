"""What every controller promises."""

from __future__ import annotations

from wfsim.contracts._require import require, require_equal
from wfsim.control import Controller
from wfsim.messages import Candidate, Request
from wfsim.rng import Streams

_DEVICES = [
    Candidate(device=f"d{number}", mean_snr_db=float(mean_db), snr_db=mean_db - 30.0 * (number == 2), upload_bits=1e5)
    for number, mean_db in enumerate([3, 12, 40, -25, 3, 0, 7])
]


def check_a_cohort_is_sorted_and_available(controller: Controller) -> None:
    """Never empty; over twenty rounds, with 1, 2 and 7 devices available."""
    for count in (1, 2, 7):
        available = {candidate.device for candidate in _DEVICES[:count]}
        for round_number in range(1, 20):
            cohort = controller.select(Streams(1), round_number, _DEVICES[:count])
            require(cohort, f"nobody of {count} takes part in round {round_number}")
            require_equal(list(cohort), sorted(set(cohort)), "the cohort")
            require(set(cohort) <= available, f"{cohort} holds devices that are not available")


def check_the_order_of_availability_does_not_matter(controller: Controller) -> None:
    """Reversed, the same cohort."""
    there = controller.select(Streams(1), 3, _DEVICES)
    require_equal(controller.select(Streams(1), 3, _DEVICES[::-1]), there, "the cohort of the same devices reversed")


def check_selection_is_a_function_of_seed_and_round(controller: Controller) -> None:
    """Asked twice, the same cohort."""
    there = controller.select(Streams(1), 3, _DEVICES)
    require_equal(controller.select(Streams(1), 3, _DEVICES), there, "the cohort when it is asked again")


def check_grants_of_a_cohort_fit_the_band(controller: Controller) -> None:
    """One grant per device, each weight in (0, 1], together at most 1."""
    names = controller.select(Streams(1), 1, _DEVICES)
    cohort = [candidate for candidate in _DEVICES if candidate.device in names]
    grants = [controller.grant(Request(device=name, round=1, snr_db=3.0), cohort) for name in names]
    require_equal([grant.device for grant in grants], list(names), "the devices of the grants")
    weights = [grant.band_weight for grant in grants]
    require(all(0.0 < weight <= 1.0 for weight in weights), f"the weights {weights} are not all in (0, 1]")
    require(sum(weights) <= 1.0 + 1e-12, f"the weights {weights} sum to more than 1")
