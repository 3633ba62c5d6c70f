"""Controllers that leave the choice of devices to another one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from wfsim.control import Controller
from wfsim.messages import Candidate
from wfsim.rng import Streams

_KINDS = [
    {"kind": "accumulate", "patience_s": 1.0},
    {"kind": "every", "every": 2},
    {"kind": "meta", "round_budget_s": 1.0},
    {"kind": "rank_by_snr"},
]


@pytest.mark.parametrize("form", _KINDS, ids=lambda form: form["kind"])
@pytest.mark.parametrize("selection", ["random", "energy_aware", "round_robin"])
def test_the_selection_chooses(known: Callable[..., Candidate], setting, form: dict, selection: str) -> None:
    """`energy_aware` remembers the band, so its state has to reach it."""
    chooser = Controller.parse({"kind": selection, "devices": 2})
    controller = Controller.parse({**form, "selection": {"kind": selection, "devices": 2}})
    there = [known(name, energy_j=energy_j) for name, energy_j in zip("abcd", (3.0, 1.0, 2.0, 9.0), strict=True)]
    chosen = controller.select(Streams(3), 2, there, 0, controller.begin(setting()))
    assert chosen == chooser.select(Streams(3), 2, there, 0, chooser.begin(setting()))
    assert len(chosen) == 2


@pytest.mark.parametrize("form", _KINDS, ids=lambda form: form["kind"])
@pytest.mark.parametrize(
    ("selection", "reason"),
    [
        ({"kind": "all", "weights": "min_max_latency"}, "weights belongs to the controller"),
        ({"kind": "all", "local_work": "like_median"}, "local_work belongs to the controller"),
        ({"kind": "every", "every": 2}, "every does more than choose devices"),
        ({"kind": "rank_by_snr"}, "rank_by_snr does more than choose devices"),
    ],
)
def test_what_a_selection_cannot_do_is_refused(form: dict, selection: dict, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Controller.parse({**form, "selection": selection})


@pytest.mark.parametrize("form", _KINDS, ids=lambda form: form["kind"])
def test_local_work_is_the_controllers_own(known: Callable[..., Candidate], setting, form: dict) -> None:
    """b would take twice the time it has, so it does half of its ten steps."""
    controller = Controller.parse({**form, "local_work": {"kind": "within", "compute_s": 3.0}})
    cohort = [known("a", compute_s=1.0), known("b", compute_s=6.0)]
    orders = controller.orders(1, cohort, setting(), controller.begin(setting()))
    assert orders["b"].local_steps == 5
    assert "a" not in orders or orders["a"].local_steps is None
