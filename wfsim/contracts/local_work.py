"""What every rule for local work promises."""

from __future__ import annotations

from itertools import combinations

from wfsim.contracts._require import require, require_equal
from wfsim.control.local_work import LocalWork
from wfsim.messages import Candidate

_FULL = {"a": 40, "b": 10, "c": 1, "d": 25}
_COHORT = [
    Candidate(device=name, mean_snr_db=10.0, snr_db=10.0, upload_bits=1e5, compute_s=compute_s)
    for name, compute_s in [("a", 100.0), ("b", 3.0), ("c", 0.5), ("d", 0.0)]
]


def check_steps_are_between_one_and_the_full_training(work: LocalWork) -> None:
    """For every member of every cohort of four devices, and for nobody else."""
    for size in range(1, 5):
        for cohort in combinations(_COHORT, size):
            steps = work.steps(cohort, _FULL)
            require_equal(sorted(steps), [member.device for member in cohort], "the devices that get steps")
            for name, count in steps.items():
                require(isinstance(count, int), f"{name} is to do {count!r} steps, which is no whole number")
                require(1 <= count <= _FULL[name], f"{name} is to do {count} of 1 to {_FULL[name]} steps")


def check_the_order_of_the_cohort_does_not_matter(work: LocalWork) -> None:
    """Reversed, the same steps."""
    require_equal(work.steps(_COHORT[::-1], _FULL), work.steps(_COHORT, _FULL), "the steps of a reordered cohort")


def check_a_slower_device_does_no_larger_part(work: LocalWork) -> None:
    """Of two devices with the same full training, the slower one does no more steps."""
    full = dict.fromkeys(_FULL, 40)
    steps = work.steps(_COHORT, full)
    ordered = [steps[member.device] for member in sorted(_COHORT, key=lambda member: member.compute_s)]
    require_equal(ordered, sorted(ordered, reverse=True), "the steps from the fastest to the slowest device")
