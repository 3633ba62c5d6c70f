"""Metrics of hand-made rounds and journals, against numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from wfsim.errors import UsageError
from wfsim.results.metrics import (
    DeviceTotals,
    accuracy_within,
    airtime_share,
    bits_to_target,
    costs_to_target,
    device_totals,
    energy_to_target_j,
    jain,
    participation,
    staleness,
    time_to_target_s,
)

Line = dict[str, Any]


def row(t_s: float, accuracy: float | None, up: int, down: int, energy_j: float) -> Line:
    return {"t_s": t_s, "accuracy": accuracy, "uplink_bits": up, "downlink_bits": down, "energy_j": energy_j}


# Round 2 was not evaluated; round 4 falls back.
ROWS = [row(2.0, 0.5, 10, 1, 0.5), row(3.5, None, 20, 2, 0.25), row(6.0, 0.8, 30, 3, 1.0), row(7.0, 0.75, 40, 4, 2.0)]


def test_costs_of_the_first_round_that_reaches_the_target() -> None:
    assert time_to_target_s(ROWS, 0.6) == 6.0
    assert bits_to_target(ROWS, 0.6) == 66
    assert bits_to_target(ROWS, 0.6, uplink_only=True) == 60
    assert energy_to_target_j(ROWS, 0.6) == 1.75


def test_a_target_met_exactly_is_reached() -> None:
    assert time_to_target_s(ROWS, 0.5) == 2.0
    assert bits_to_target(ROWS, 0.8) == 66


@pytest.mark.parametrize("rows", [ROWS, [], [row(1.0, None, 1, 1, 1.0)]])
def test_a_target_never_reached_costs_none(rows: list[Line]) -> None:
    assert set(costs_to_target(rows, 0.81).values()) == {None}


def test_costs_by_name() -> None:
    assert costs_to_target(ROWS, 0.6) == {
        "time_to_0.6_s": 6.0,
        "bits_to_0.6": 66,
        "uplink_bits_to_0.6": 60,
        "energy_to_0.6_j": 1.75,
    }


@pytest.mark.parametrize("target", [0.0, -0.1, 1.01, 85.0, float("nan")])
def test_a_target_is_an_accuracy(target: float) -> None:
    with pytest.raises(UsageError, match="an accuracy above 0 and up to 1"):
        costs_to_target(ROWS, target)


@pytest.mark.parametrize(
    ("budget", "best"),
    [
        ({}, 0.8),
        ({"time_s": 5.9}, 0.5),
        ({"time_s": 6.0}, 0.8),
        ({"time_s": 1.9}, None),
        ({"bits": 65}, 0.5),
        ({"bits": 66}, 0.8),
        ({"energy_j": 1.75}, 0.8),
        ({"energy_j": 0.4}, None),
        ({"time_s": 10.0, "energy_j": 1.0}, 0.5),
    ],
)
def test_best_accuracy_under_a_budget(budget: dict[str, float], best: float | None) -> None:
    assert accuracy_within(ROWS, **budget) == best


def arrival(device: str, coverage: float, stale: int = 0) -> Line:
    return {"type": "update_arrived", "device": device, "coverage": coverage, "staleness": stale, "t_s": 0.0}


def ready(device: str) -> Line:
    return {"type": "device_ready", "device": device, "t_s": 0.0}


def closed(*ages: int) -> Line:
    return {"type": "round_closed", "t_s": 0.0, "staleness": list(ages)}


# a is heard in both rounds (twice in the first), b in the second, c never: its one upload is wholly lost.
ARRIVALS = [
    *map(ready, "abc"),
    *(arrival("a", 1.0, 0), arrival("a", 0.5, 3), closed(0, 3)),
    *(arrival("a", 0.1, 1), arrival("b", 1.0, 2), arrival("c", 0.0, 9), closed(1, 2, 9)),
    arrival("b", 1.0, 4),
]


def test_participation_counts_rounds_in_which_something_arrived() -> None:
    assert participation(ARRIVALS) == {"a": 1.0, "b": 0.5, "c": 0.0}


def test_no_closed_round_no_participation() -> None:
    assert participation([ready("a"), arrival("a", 1.0)]) == {}


@pytest.mark.parametrize(
    ("values", "index"),
    [([2.0, 2.0, 2.0], 1.0), ([1.0, 0.0, 0.0, 0.0], 0.25), ([1.0, 0.5, 0.0], 0.6), ([0.0, 0.0], None), ([], None)],
)
def test_jain(values: list[float], index: float | None) -> None:
    assert jain(values) == (None if index is None else pytest.approx(index, rel=1e-15))


def test_staleness_of_what_rounds_took() -> None:
    found = staleness(ARRIVALS)
    assert (found.values, found.mean, found.max) == ((0, 3, 1, 2, 9), 3.0, 9)


def test_staleness_of_nothing() -> None:
    found = staleness([arrival("c", 0.0, 9)])
    assert (found.values, found.mean, found.max) == ((), None, None)


def transfer(device: str, direction: str, t_s: float, **numbers: float) -> Line:
    purpose = {"up": "update", "down": "model"}[direction]
    said = {"type": "transfer_ended", "purpose": purpose, "device": device, "direction": direction, "t_s": t_s}
    return said | numbers


TRAFFIC = [
    *map(ready, "abc"),
    transfer("a", "down", 1.0, sent_bits=120.0, delivered_bits=100.0, energy_j=0.5, airtime_s=1.0),
    transfer("b", "down", 1.0, sent_bits=120.0, delivered_bits=80.0, energy_j=0.5, airtime_s=1.0),
    {"type": "compute_started", "device": "a", "t_s": 1.0},
    {"type": "compute_ended", "device": "a", "energy_j": 2.0, "t_s": 2.0},
    transfer("a", "up", 3.0, sent_bits=60.0, delivered_bits=40.0, energy_j=0.25, airtime_s=0.75),
    transfer("a", "up", 4.0, sent_bits=30.0, delivered_bits=30.0, energy_j=0.25, airtime_s=0.25),
    {**transfer("a", "up", 4.5, sent_bits=8.0, energy_j=0.0, airtime_s=0.5), "purpose": "request"},
    {"type": "run_ended", "t_s": 5.0},
]


def test_totals_of_every_device() -> None:
    assert device_totals(TRAFFIC) == {
        "a": DeviceTotals(turns=1, uplink_bits=98.0, received_bits=100.0, energy_j=3.0, upload_airtime_s=1.0),
        "b": DeviceTotals(received_bits=80.0, energy_j=0.5),
        "c": DeviceTotals(),
    }


def test_airtime_share_is_of_the_simulated_time() -> None:
    assert airtime_share(TRAFFIC) == {"a": 0.2, "b": 0.0, "c": 0.0}
    assert airtime_share([ready("a")]) == {} == airtime_share([])
