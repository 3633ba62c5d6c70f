"""Each invariant is broken on its own: a sound journal, changed in one way, is chained anew: only that one speaks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from wfsim.learning.settings import Learning
from wfsim.results.verify import INVARIANTS, verify
from wfsim.scenario.schema import Scenario, Stop
from wfsim.topology.cell import Cell
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

Line = dict[str, Any]
Mutation = Callable[[list[Line]], str]
_MUTATIONS: dict[str, list[Mutation]] = {}


@cache
def _sound() -> tuple[Line, ...]:
    lines: list[Line] = []
    scenario = Scenario(learning=Learning(kind="none", data="digits"), topology=Cell(devices=3), stop=Stop(rounds=2))
    execute(build_world(scenario, Journal([lines.append])))
    return tuple(lines)


class _Raw:
    """A record with any content."""

    def __init__(self, payload: Line) -> None:
        self.payload = lambda: payload


def _chained(lines: list[Line]) -> list[Line]:
    """The lines, numbered and hashed anew."""
    chained: list[Line] = []
    journal = Journal([chained.append])
    for line in lines:
        journal.write(_Raw({key: value for key, value in line.items() if key not in ("seq", "hash")}))
    return chained


def _find(lines: list[Line], kind: str, number: int = 0, **fields: Any) -> Line:
    wanted = {"type": kind, **fields}
    found = [line for line in lines if all(line.get(key) == value for key, value in wanted.items())]
    return found[number]


def _breaks(invariant: str) -> Callable[[Mutation], Mutation]:
    """The mutation breaks this invariant alone, and returns its sentence."""

    def register(mutation: Mutation) -> Mutation:
        _MUTATIONS.setdefault(invariant, []).append(mutation)
        return mutation

    return register


def _seq(lines: list[Line], line: Line) -> str:
    return f"record {next(seq for seq, other in enumerate(lines) if other is line)}: "


def test_a_sound_journal_passes() -> None:
    assert verify(_sound()) == []
    assert verify(line for line in _sound()) == []


def test_every_invariant_is_broken_below() -> None:
    assert set(_MUTATIONS) | {"chain_holds"} == {invariant.__name__ for invariant in INVARIANTS}


@_breaks("run_is_framed")
def _no_beginning(lines: list[Line]) -> str:
    del lines[0]
    return "the first record is not run_started"


@_breaks("run_is_framed")
def _second_beginning(lines: list[Line]) -> str:
    lines.insert(1, dict(lines[0]))
    return "record 1: run_started again"


@_breaks("run_is_framed")
def _early_end(lines: list[Line]) -> str:
    lines.append(dict(lines[-1]))
    return f"record {len(lines) - 2}: run_ended is not the last record"


@_breaks("clock_is_monotone")
def _time_goes_back(lines: list[Line]) -> str:
    line = _find(lines, "compute_started", -1)
    before_s = lines[lines.index(line) - 1]["t_s"]
    line["t_s"] = before_s - 0.5
    return f"{_seq(lines, line)}time goes back from {before_s:g} s to {line['t_s']:g} s"


@_breaks("bits_are_conserved")
def _sent_from_nowhere(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended")
    line["sent_bits"] += 1000.0
    return (
        f"{_seq(lines, line)}{line['transfer']} sent {line['sent_bits']:g} bits "
        f"but accounts for {line['delivered_bits']:g}"
    )


@_breaks("bits_are_conserved")
def _offered_and_forgotten(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended", direction="up")
    offered = _find(lines, "transfer_started", transfer=line["transfer"])
    offered["offered_bits"] += 8000
    return (
        f"{_seq(lines, line)}{line['transfer']} offered {offered['offered_bits']:g} bits "
        f"but accounts for {line['delivered_bits']:g}"
    )


@_breaks("bits_are_not_negative")
def _negative_loss(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended")
    line["lost_bits"], line["repeated_bits"] = -500.0, 500.0
    return f"{_seq(lines, line)}{line['transfer']} has lost_bits -500"


@_breaks("energy_is_not_negative")
def _energy_gained(lines: list[Line]) -> str:
    line = _find(lines, "compute_ended")
    line["energy_j"] = -0.25
    return f"{_seq(lines, line)}compute_ended of {line['device']} has energy -0.25 J"


@_breaks("energy_is_not_negative")
def _energy_gained_on_the_air(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended")
    line["energy_j"] = -1.0
    return f"{_seq(lines, line)}transfer_ended of {line['device']} has energy -1 J"


@_breaks("airtime_fits")
def _airtime_longer_than_the_transfer(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended", direction="up")
    lasted_s = line["t_s"] - line["start_s"]
    line["airtime_s"] = lasted_s + 1.0
    return f"{_seq(lines, line)}{line['transfer']} was on the air for {lasted_s + 1.0:g} s of {lasted_s:g} s"


@_breaks("band_is_not_over_allocated")
def _more_than_the_band(lines: list[Line]) -> str:
    line = _find(lines, "band_shared")
    line["shares_hz"]["down/1"] *= 1.001
    return f"{_seq(lines, line)}down shares add up to 1.001e+06 Hz of 1e+06 Hz"


@_breaks("band_is_not_over_allocated")
def _a_negative_share(lines: list[Line]) -> str:
    line = _find(lines, "band_shared", direction="up")
    transfer = next(iter(line["shares_hz"]))
    line["shares_hz"][transfer] = -1.0
    return f"{_seq(lines, line)}{transfer} has a share of -1 Hz"


@_breaks("band_is_not_over_allocated")
def _foreign_traffic_beyond_the_band(lines: list[Line]) -> str:
    line = _find(lines, "band_shared", direction="up")
    line["background_hz"] = 1000.0
    return f"{_seq(lines, line)}up shares add up to 1.001e+06 Hz of 1e+06 Hz"


@_breaks("transfers_start_once")
def _one_name_twice(lines: list[Line]) -> str:
    line = _find(lines, "transfer_started", direction="up")
    again = {**line, "devices": []}
    lines.insert(lines.index(line) + 1, again)
    return f"{_seq(lines, again)}{line['transfer']} starts again"


@_breaks("transfers_end_once")
def _ended_twice(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended", -1)
    again = dict(line)
    lines.insert(lines.index(line) + 1, again)
    return f"{_seq(lines, again)}{line['transfer']} ends for {line['device']} without having started"


@_breaks("transfers_end_once")
def _ended_for_a_stranger(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended", direction="down")
    again = {**line, "device": "stranger"}
    lines.insert(lines.index(line) + 1, again)
    return f"{_seq(lines, again)}{line['transfer']} ends for stranger without having started"


@_breaks("transfers_end_once")
def _never_ended(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended", direction="down", device="d00002")
    lines.remove(line)
    return f"{line['transfer']} never ends for d00002"


@_breaks("arrivals_have_departures")
def _nothing_computed(lines: list[Line]) -> str:
    _find(lines, "compute_ended", device="d00001", round=1)["finished"] = False
    line = _find(lines, "update_arrived", device="d00001", round=1)
    return f"{_seq(lines, line)}the update of d00001 in round 1 arrives without having been computed"


@_breaks("arrivals_have_departures")
def _nothing_sent(lines: list[Line]) -> str:
    for kind in ("transfer_started", "transfer_ended"):
        lines.remove(_find(lines, kind, transfer="up/d00001/2"))
    line = _find(lines, "update_arrived", device="d00001", round=2)
    return f"{_seq(lines, line)}the update of d00001 in round 2 arrives without an upload"


@_breaks("updates_arrive_once")
def _arrived_twice(lines: list[Line]) -> str:
    line = _find(lines, "update_arrived")
    again = dict(line)
    lines.insert(lines.index(line) + 1, again)
    return f"{_seq(lines, again)}the update of {line['device']} in round 1 arrives again"


@_breaks("coverage_is_a_fraction")
def _more_than_all(lines: list[Line]) -> str:
    line = _find(lines, "update_arrived")
    line["coverage"] = 1.01
    return f"{_seq(lines, line)}update_arrived has coverage 1.01"


@_breaks("coverage_is_a_fraction")
def _less_than_nothing(lines: list[Line]) -> str:
    line = _find(lines, "round_closed")
    line["coverage"] = -0.5
    return f"{_seq(lines, line)}round_closed has coverage -0.5"


@_breaks("losses_were_sent")
def _more_lost_than_sent(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended")
    line["packets_lost"] = line["packets_sent"] + 1
    return f"{_seq(lines, line)}{line['transfer']} lost {line['packets_lost']} of {line['packets_sent']} packets sent"


@_breaks("outcomes_are_true")
def _called_delivered(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended")
    line["lost"] = [0]
    return f"{_seq(lines, line)}{line['transfer']} is called delivered but is partial"


@_breaks("rounds_are_consecutive")
def _a_round_is_skipped(lines: list[Line]) -> str:
    started, closed, ended = _find(lines, "round_started", 1), _find(lines, "round_closed", 1), lines[-1]
    started["round"], closed["round"], ended["rounds"] = 3, 3, 3
    return f"{_seq(lines, started)}round 3 starts after round 1 started and round 1 closed"


@_breaks("rounds_are_consecutive")
def _a_round_closes_twice(lines: list[Line]) -> str:
    line = _find(lines, "round_closed", 1)
    again = dict(line)
    lines.insert(lines.index(line) + 1, again)
    return f"{_seq(lines, again)}round 2 closes after round 2 started and round 2 closed"


@_breaks("rounds_are_consecutive")
def _a_round_too_many(lines: list[Line]) -> str:
    lines[-1]["rounds"] = 7
    return f"{_seq(lines, lines[-1])}run_ended counts 7 rounds of 2"


@_breaks("versions_never_fall")
def _version_falls(lines: list[Line]) -> str:
    line = _find(lines, "round_closed", 1)
    line["version"] = 0
    return f"{_seq(lines, line)}version goes back from 1 to 0"


@pytest.mark.parametrize(
    "mutation",
    [
        pytest.param(mutation, id=f"{invariant}-{mutation.__name__.strip('_')}")
        for invariant, mutations in _MUTATIONS.items()
        for mutation in mutations
    ],
)
def test_a_breach_is_told_and_nothing_else(mutation: Mutation) -> None:
    lines = copy.deepcopy(list(_sound()))
    sentence = mutation(lines)
    assert verify(_chained(lines)) == [sentence]


def test_a_changed_byte_breaks_the_chain() -> None:
    lines = copy.deepcopy(list(_sound()))
    assert lines[6]["type"] == "device_ready"
    lines[6]["samples"] += 1
    assert [sentence[:15] for sentence in verify(lines)] == ["record 6: hash "]


def test_a_removed_record_breaks_the_chain() -> None:
    lines = [line for line in _sound() if line["type"] != "device_ready"]
    assert all("hash" in sentence or "is numbered" in sentence for sentence in verify(lines)) and verify(lines)


def test_a_killed_run_must_be_called_unfinished() -> None:
    killed = _sound()[: len(_sound()) // 2]
    assert verify(killed, finished=False) == []
    assert verify(killed) == ["the last record is not run_ended"]
    assert verify(_sound(), finished=False) == ["the last record is run_ended, yet the run is called unfinished"]


def test_an_empty_journal_is_not_a_run() -> None:
    assert verify([]) == ["the first record is not run_started", "the last record is not run_ended"]


def test_malformed_records_are_named() -> None:
    lines = copy.deepcopy(list(_sound()))
    lines[3]["type"] = "nonsense"
    del lines[4]["t_s"]
    lines[5]["extra"] = 1
    assert verify(lines) == [
        "record 3: no record type called 'nonsense'",
        f"record 4: {lines[4]['type']} has the wrong fields: t_s",
        f"record 5: {lines[5]['type']} has the wrong fields: extra",
    ]
