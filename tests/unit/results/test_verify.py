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
from wfsim.trace import FORMAT, Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

Line = dict[str, Any]
Mutation = Callable[[list[Line]], str]
_MUTATIONS: dict[str, list[tuple[Mutation, str]]] = {}


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


def _breaks(invariant: str, journal: str = "simulated_lines") -> Callable[[Mutation], Mutation]:
    """The mutation breaks this invariant alone in the journal of this fixture, and returns its sentence."""

    def register(mutation: Mutation) -> Mutation:
        _MUTATIONS.setdefault(invariant, []).append((mutation, journal))
        return mutation

    return register


def _seq(lines: list[Line], line: Line) -> str:
    return f"record {next(seq for seq, other in enumerate(lines) if other is line)}: "


@pytest.fixture
def simulated_lines() -> list[Line]:
    return copy.deepcopy(list(_sound()))


@pytest.mark.parametrize("journal", ["simulated_lines", "controlled_lines", "asynchronous_lines", "sites_lines"])
def test_a_sound_journal_passes(request: pytest.FixtureRequest, journal: str) -> None:
    lines = request.getfixturevalue(journal)
    assert verify(lines) == []
    assert verify(line for line in lines) == []


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
    return f"{_seq(lines, line)}bs down shares add up to 1.001e+06 Hz of 1e+06 Hz"


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
    return f"{_seq(lines, line)}bs up shares add up to 1.001e+06 Hz of 1e+06 Hz"


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


CONTROLLED, ASYNCHRONOUS = "controlled_lines", "asynchronous_lines"


@_breaks("purposes_are_known", CONTROLLED)
def _a_request_flies_down(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended", purpose="request")
    line["direction"] = "down"
    return f"{_seq(lines, line)}{line['transfer']} carries 'request' down"


@_breaks("purposes_are_known", CONTROLLED)
def _an_update_becomes_a_request(lines: list[Line]) -> str:
    line = _find(lines, "transfer_ended", purpose="update")
    line["purpose"] = "request"
    return f"{_seq(lines, line)}{line['transfer']} started as 'update', ends as 'request'"


@_breaks("grants_answer_requests", CONTROLLED)
def _granted_twice(lines: list[Line]) -> str:
    line = _find(lines, "granted")
    again = dict(line)
    lines.insert(lines.index(line) + 1, again)
    return f"{_seq(lines, again)}d00001 in round 1 is granted again"


@_breaks("grants_answer_requests", CONTROLLED)
def _granted_unasked(lines: list[Line]) -> str:
    lines.remove(_find(lines, "requested"))
    line = _find(lines, "granted")
    return f"{_seq(lines, line)}d00001 in round 1 is granted unasked"


@_breaks("grants_answer_requests", CONTROLLED)
def _asked_twice(lines: list[Line]) -> str:
    line = _find(lines, "requested")
    again = dict(line)
    lines.insert(lines.index(line) + 1, again)
    return f"{_seq(lines, again)}d00001 in round 1 asks again"


@_breaks("requests_are_sound", CONTROLLED)
def _more_ranks_drop_more(lines: list[Line]) -> str:
    line = _find(lines, "requested")
    line["dropped"] = [0.25, 0.5, 0.1, 0.0]
    return f"{_seq(lines, line)}d00001 in round 1 asks with dropped shares that do not fall from 1 to 0"


@_breaks("requests_are_sound", CONTROLLED)
def _all_ranks_drop_something(lines: list[Line]) -> str:
    line = _find(lines, "requested")
    line["dropped"] = [0.5, 0.3, 0.2, 0.1]
    return f"{_seq(lines, line)}d00001 in round 1 asks with dropped shares that do not fall from 1 to 0"


@_breaks("grants_are_sound", CONTROLLED)
def _more_ranks_than_there_are(lines: list[Line]) -> str:
    line = _find(lines, "granted")
    line["keep"] = 5
    return f"{_seq(lines, line)}d00001 in round 1 is to keep 5 of 4 ranks"


@_breaks("grants_are_sound", CONTROLLED)
def _more_than_the_whole_band(lines: list[Line]) -> str:
    line = _find(lines, "granted")
    line["band_weight"] = 1.5
    return f"{_seq(lines, line)}d00001 in round 1 is granted 1.5 of the band"


@_breaks("only_what_may_be_sent_is", CONTROLLED)
def _sent_without_leave(lines: list[Line]) -> str:
    _find(lines, "granted")["send"] = False
    line = _find(lines, "update_arrived")
    return f"{_seq(lines, line)}the update of d00001 in round 1 arrives without a grant to send it"


@_breaks("only_what_may_be_sent_is", CONTROLLED)
def _held_and_sent(lines: list[Line]) -> str:
    held, line = _find(lines, "update_held"), _find(lines, "update_arrived", round=2)
    held["device"] = line["device"]
    _find(lines, "round_closed", round=2)["overtaken"] = 1  # the other device is now still at work
    _find(lines, "round_closed", round=3)["overtaken"] = 0
    return f"{_seq(lines, line)}the update of d00001 in round 2 arrives although it was held back"


@_breaks("encoded_updates_fit", CONTROLLED)
def _encoded_more_than_flies(lines: list[Line]) -> str:
    _find(lines, "update_encoded")["fragment_bytes"] = [2000] * 4
    line = _find(lines, "transfer_started", purpose="update")
    return f"{_seq(lines, line)}{line['transfer']} offers 4 packets of 32000 bits, encoded were 4 of 64000"


@_breaks("encoded_updates_fit", CONTROLLED)
def _a_fragment_that_never_flies(lines: list[Line]) -> str:
    _find(lines, "update_encoded")["fragment_bytes"] = [10] * 5
    line = _find(lines, "transfer_started", purpose="update")
    return f"{_seq(lines, line)}{line['transfer']} offers 4 packets of 32000 bits, encoded were 5 of 400"


@_breaks("staleness_is_true", ASYNCHRONOUS)
def _older_than_it_is(lines: list[Line]) -> str:
    line = _find(lines, "update_arrived", 2)
    line["staleness"] = 4
    return f"{_seq(lines, line)}the update of d1 in round 2 is called 4 versions old, from 1 it is 1"


@_breaks("staleness_is_true", ASYNCHRONOUS)
def _from_the_future(lines: list[Line]) -> str:
    line = _find(lines, "update_arrived")
    line["base_version"], line["staleness"] = 3, -3
    return f"{_seq(lines, line)}the update of d1 in round 1 is called -3 versions old, from 3 it is -3"


@_breaks("closings_count", ASYNCHRONOUS)
def _somebody_is_forgotten(lines: list[Line]) -> str:
    line = _find(lines, "round_closed")
    line["overtaken"] = 1
    return f"{_seq(lines, line)}round 1: 1 devices overtaken, at work are 2"


@_breaks("closings_count", ASYNCHRONOUS)
def _more_arrived_than_took_part(lines: list[Line]) -> str:
    line = _find(lines, "round_closed")
    line["arrived"] = 2
    return f"{_seq(lines, line)}round 1: 2 of 1 uploads arrived"


@_breaks("closings_count", ASYNCHRONOUS)
def _an_upload_without_an_age(lines: list[Line]) -> str:
    line = _find(lines, "round_closed")
    line["staleness"] = []
    return f"{_seq(lines, line)}round 1: staleness [] of 1 uploads"


@_breaks("versions_never_fall", ASYNCHRONOUS)
def _joined_with_an_old_version(lines: list[Line]) -> str:
    line = _find(lines, "devices_joined")
    line["version"] = 0
    return f"{_seq(lines, line)}version goes back from 2 to 0"


@_breaks("the_queue_bounds_the_mean_round", CONTROLLED)
def _time_that_no_queue_remembers(lines: list[Line]) -> str:
    line = _find(lines, "controlled")
    line["measures"] = line["measures"] | {"queue_s": 1.5}
    return f"{_seq(lines, line)}rounds up to 1 took 6.8 s, the queue allows 6.5 s"


SITES = "sites_lines"


@_breaks("bands_are_shared_in_their_cell", SITES)
def _a_band_for_another_cells_device(lines: list[Line]) -> str:
    line = _find(lines, "band_shared", station="bs1", direction="up")
    line["shares_hz"] = {"up/d00002/1": 1e6}
    return f"{_seq(lines, line)}bs1 shares its band with up/d00002/1 of bs2"


@_breaks("hops_conserve_bits", SITES)
def _a_payload_that_grows(lines: list[Line]) -> str:
    line = _find(lines, "hop_ended", link="bs2>core")
    line["offered_bits"] -= 1000.0
    return f"{_seq(lines, line)}up/d00002/1 on bs2>core offered 7000 bits but accounts for 8000"


@_breaks("hops_conserve_bits", SITES)
def _delivered_and_never_sent(lines: list[Line]) -> str:
    line = _find(lines, "hop_ended", link="bs2>core")
    line["sent_bits"] = 7000.0
    return f"{_seq(lines, line)}up/d00002/1 on bs2>core delivered 8000 bits of 7000 sent"


@_breaks("hops_count_from_zero", SITES)
def _a_negative_wait(lines: list[Line]) -> str:
    line = _find(lines, "hop_ended", link="bs2>core")
    line["waited_s"] = -0.5
    return f"{_seq(lines, line)}up/d00002/1 on bs2>core has waited_s -0.5"


@_breaks("hops_count_from_zero", SITES)
def _lost_less_than_nothing(lines: list[Line]) -> str:
    line = _find(lines, "hop_ended", link="bs2>core")
    line["lost_bits"], line["dropped_bits"] = -500.0, 500.0
    return f"{_seq(lines, line)}up/d00002/1 on bs2>core has lost_bits -500"


@_breaks("hops_take_their_time", SITES)
def _sent_before_it_came(lines: list[Line]) -> str:
    line = _find(lines, "hop_ended", link="bs2>core")
    line["start_s"] += 1.0
    lasted_s = line["t_s"] - line["start_s"]
    return f"{_seq(lines, line)}up/d00002/1 on bs2>core waited and was sent for 1.2 s of {lasted_s:g} s"


@_breaks("what_hops_hold_back_has_a_cause", SITES)
def _pending_for_no_reason(lines: list[Line]) -> str:
    line = _find(lines, "hop_ended", link="bs2>core")
    line["delivered_bits"], line["pending_bits"] = 3000.0, 5000.0
    return f"{_seq(lines, line)}up/d00002/1 on bs2>core leaves 5000 bits pending without a cause"


@_breaks("outages_begin_and_end", SITES)
def _down_again(lines: list[Line]) -> str:
    line = _find(lines, "outage_started", what="device")
    again = dict(line)
    lines.insert(lines.index(line) + 1, again)
    return f"{_seq(lines, again)}d00002 goes down again"


@_breaks("outages_begin_and_end", SITES)
def _up_without_having_been_down(lines: list[Line]) -> str:
    lines.remove(_find(lines, "outage_started", what="device"))
    line = _find(lines, "outage_ended", what="device")
    return f"{_seq(lines, line)}d00002 is up again without having been down"


@_breaks("outages_begin_and_end", SITES)
def _down_for_longer(lines: list[Line]) -> str:
    line = _find(lines, "outage_ended", what="device")
    line["down_s"] = 6.0
    return f"{_seq(lines, line)}d00002 is called down for 6 s of 5 s"


@_breaks("nothing_flies_while_down", SITES)
def _on_the_air_of_a_station_that_is_down(lines: list[Line]) -> str:
    """The outage of bs3 covers 0.4 s of its fifth download, which lasts from 40.9 s to 41.4 s."""
    _find(lines, "outage_started", what="node")["t_s"] += 0.8
    line = _find(lines, "outage_ended", what="node")
    line["t_s"] += 0.8
    lines.sort(key=lambda line: line["t_s"])
    flew = _find(lines, "transfer_ended", transfer="down/5/bs3")
    return f"{_seq(lines, flew)}down/5/bs3 was on the air for 0.5 s, bs3 was up for 0.1 s"


@_breaks("nothing_passes_what_is_down", SITES)
def _sent_over_a_hop_that_is_down(lines: list[Line]) -> str:
    """The fourth upload of bs1 comes and goes while its hop is down."""
    line = _find(lines, "hop_ended", transfer="up/d00001/4")
    line["start_s"] -= 1.0
    line["sent_bits"] = 100.0
    return f"{_seq(lines, line)}up/d00001/4 sent 100 bits over bs1>core while bs1<>core was down"


@pytest.mark.parametrize(
    ("mutation", "journal"),
    [
        pytest.param(mutation, journal, id=f"{invariant}-{mutation.__name__.strip('_')}")
        for invariant, mutations in _MUTATIONS.items()
        for mutation, journal in mutations
    ],
)
def test_a_breach_is_told_and_nothing_else(request: pytest.FixtureRequest, mutation: Mutation, journal: str) -> None:
    lines = request.getfixturevalue(journal)
    sentence = mutation(lines)
    assert verify(_chained(lines)) == [sentence]


def test_a_changed_byte_breaks_the_chain() -> None:
    lines = copy.deepcopy(list(_sound()))
    assert lines[6]["type"] == "device_ready"
    lines[6]["samples"] += 1
    assert [sentence[:15] for sentence in verify(lines)] == ["record 6: hash "]


def test_hashes_of_another_format_are_not_judged() -> None:
    lines = copy.deepcopy(list(_sound()))
    assert lines[0]["format"] == FORMAT
    lines[0]["format"] = FORMAT - 1
    sentence = f"the journal has format {FORMAT - 1}, and this version can check hashes of format {FORMAT} alone"
    assert verify(lines) == [sentence]


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


def test_a_round_that_is_lost_with_the_server_is_over(sites_lines: list[Line]) -> None:
    closed = _find(sites_lines, "round_closed", round=6)
    fields = {"round": 6, "version": 6, "durable_version": 5, "lost_versions": 0}
    lost = {"type": "server_restored", "t_s": closed["t_s"], **fields}
    lines = [lost if line is closed else line for line in sites_lines]
    assert verify(_chained(lines)) == []
    without = [line for line in sites_lines if line is not closed]
    assert "run_ended counts 6 rounds of 5" in verify(_chained(without))[0]
