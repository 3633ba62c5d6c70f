"""Does a journal keep its promises? One function per promise; each yields a sentence per breach.

A new invariant is one function under `@_invariant`. Needs nothing but the records: no simulation, no scenario.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import typing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from wfsim.trace import RECORDS, Record, check_chain

Line = dict[str, Any]
Invariant = Callable[[Sequence[Line]], Iterator[str]]

INVARIANTS: list[Invariant] = []

_ROUNDING = 1e-9


def verify(lines: Iterable[Line], *, finished: bool = True) -> list[str]:
    """One sentence per broken invariant; empty for a sound journal. `finished`: the run claims to have ended.

    Records that lack fields are reported alone: nothing can be said about what they should hold.
    """
    journal = list(lines)
    malformed = list(_malformed(journal))
    if malformed:
        return malformed
    ending = [] if finished == _has_ended(journal) else [_wrong_ending(finished)]
    return [sentence for invariant in INVARIANTS for sentence in invariant(journal)] + ending


def _malformed(journal: Sequence[Line]) -> Iterator[str]:
    for number, line in enumerate(journal):
        kind = RECORDS.get(line.get("type", ""))
        if kind is None:
            yield f"record {number}: no record type called {line.get('type')!r}"
            continue
        fields = {"seq", "type", "hash", *(field.name for field in dataclasses.fields(kind))}
        if fields != line.keys():
            yield f"record {number}: {kind.name} has the wrong fields: {', '.join(sorted(fields ^ line.keys()))}"
        else:
            yield from (f"record {number}: {kind.name}: {problem}" for problem in _mistyped(kind, line))


def _mistyped(kind: type[Record], line: Line) -> Iterator[str]:
    try:
        _types(kind).model_validate({field.name: line[field.name] for field in dataclasses.fields(kind)})
    except ValidationError as error:
        for problem in error.errors():
            yield f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"


@functools.cache
def _types(kind: type[Record]) -> type[BaseModel]:
    """The record's fields as a strict pydantic model."""
    config = ConfigDict(strict=True, allow_inf_nan=False)
    return create_model(kind.name, __config__=config, **{name: (hint, ...) for name, hint in _hints(kind).items()})


def _hints(kind: type[Record]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if name in names}


def _has_ended(journal: Sequence[Line]) -> bool:
    return bool(journal) and journal[-1]["type"] == "run_ended"


def _wrong_ending(finished: bool) -> str:
    if finished:
        return "the last record is not run_ended"
    return "the last record is run_ended, yet the run is called unfinished"


def _invariant(check: Invariant) -> Invariant:
    INVARIANTS.append(check)
    return check


def _of(journal: Sequence[Line], *kinds: str) -> Iterator[Line]:
    return (line for line in journal if line["type"] in kinds)


def _at(line: Line) -> str:
    return f"record {line['seq']}: "


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > _ROUNDING * max(abs(one), abs(other), 1.0)


@_invariant
def chain_holds(journal: Sequence[Line]) -> Iterator[str]:
    """Records are numbered from 0 and each hash follows from the one before."""
    return check_chain(journal)


@_invariant
def run_is_framed(journal: Sequence[Line]) -> Iterator[str]:
    """run_started comes first and only there; nothing follows run_ended."""
    if not journal or journal[0]["type"] != "run_started":
        yield "the first record is not run_started"
    yield from (f"{_at(line)}run_started again" for line in _of(journal[1:], "run_started"))
    yield from (f"{_at(line)}run_ended is not the last record" for line in _of(journal[:-1], "run_ended"))


@_invariant
def clock_is_monotone(journal: Sequence[Line]) -> Iterator[str]:
    """Simulated time starts at 0 or later and never goes back."""
    before_s = 0.0
    for line in journal:
        if line["t_s"] < before_s:
            yield f"{_at(line)}time goes back from {before_s:g} s to {line['t_s']:g} s"
        before_s = max(before_s, line["t_s"])


@_invariant
def bits_are_conserved(journal: Sequence[Line]) -> Iterator[str]:
    """Sent = delivered + lost + repeated; offered = delivered + undelivered."""
    offered = {line["transfer"]: line["offered_bits"] for line in _of(journal, "transfer_started")}
    for line in _of(journal, "transfer_ended"):
        accounted = line["delivered_bits"] + line["lost_bits"] + line["repeated_bits"]
        if _differ(line["sent_bits"], accounted):
            yield f"{_at(line)}{line['transfer']} sent {line['sent_bits']:g} bits but accounts for {accounted:g}"
        due = line["delivered_bits"] + line["undelivered_bits"]
        if line["transfer"] in offered and _differ(offered[line["transfer"]], due):
            yield f"{_at(line)}{line['transfer']} offered {offered[line['transfer']]:g} bits but accounts for {due:g}"


@_invariant
def bits_are_not_negative(journal: Sequence[Line]) -> Iterator[str]:
    """No count of bits is below zero."""
    for line in _of(journal, "transfer_ended"):
        for name in ("sent_bits", "delivered_bits", "lost_bits", "repeated_bits", "undelivered_bits"):
            if line[name] < -_ROUNDING * max(line["sent_bits"], 1.0):
                yield f"{_at(line)}{line['transfer']} has {name} {line[name]:g}"


@_invariant
def energy_is_not_negative(journal: Sequence[Line]) -> Iterator[str]:
    """Every joule drawn is drawn."""
    for line in _of(journal, "transfer_ended", "compute_ended"):
        if line["energy_j"] < 0.0:
            yield f"{_at(line)}{line['type']} of {line['device']} has energy {line['energy_j']:g} J"


@_invariant
def airtime_fits(journal: Sequence[Line]) -> Iterator[str]:
    """A transfer starts before it ends and is on the air no longer than it lasts."""
    for line in _of(journal, "transfer_ended"):
        lasted_s = line["t_s"] - line["start_s"]
        if not -_ROUNDING <= line["airtime_s"] <= lasted_s + _ROUNDING * max(line["t_s"], 1.0):
            yield f"{_at(line)}{line['transfer']} was on the air for {line['airtime_s']:g} s of {lasted_s:g} s"


@_invariant
def band_is_not_over_allocated(journal: Sequence[Line]) -> Iterator[str]:
    """Shares, foreign traffic's included, are not negative and add up to the band at most."""
    for line in _of(journal, "band_shared"):
        total_hz = math.fsum([line["background_hz"], *line["shares_hz"].values()])
        if total_hz > line["band_hz"] * (1.0 + _ROUNDING):
            yield f"{_at(line)}{line['direction']} shares add up to {total_hz:g} Hz of {line['band_hz']:g} Hz"
        for transfer, share_hz in {"foreign traffic": line["background_hz"], **line["shares_hz"]}.items():
            if share_hz < 0.0:
                yield f"{_at(line)}{transfer} has a share of {share_hz:g} Hz"


@_invariant
def transfers_start_once(journal: Sequence[Line]) -> Iterator[str]:
    """No two transfers have the same name."""
    seen: set[str] = set()
    for line in _of(journal, "transfer_started"):
        if line["transfer"] in seen:
            yield f"{_at(line)}{line['transfer']} starts again"
        seen.add(line["transfer"])


@_invariant
def transfers_end_once(journal: Sequence[Line]) -> Iterator[str]:
    """A transfer ends once for each of its devices, after its start; in a finished run all of them have ended."""
    due: Counter[tuple[str, str]] = Counter()
    for line in _of(journal, "transfer_started", "transfer_ended"):
        if line["type"] == "transfer_started":
            due.update((line["transfer"], device) for device in line["devices"])
            continue
        due[line["transfer"], line["device"]] -= 1
        if due[line["transfer"], line["device"]] < 0:
            yield f"{_at(line)}{line['transfer']} ends for {line['device']} without having started"
    if _has_ended(journal):
        yield from (f"{transfer} never ends for {device}" for (transfer, device), left in due.items() if left > 0)


@_invariant
def arrivals_have_departures(journal: Sequence[Line]) -> Iterator[str]:
    """An update arrives once, after its device has computed it and its upload has ended."""
    computed: set[tuple[str, int]] = set()
    sent: set[str] = set()
    for line in _of(journal, "compute_ended", "transfer_ended", "update_arrived"):
        if line["type"] == "compute_ended" and line["finished"]:
            computed.add((line["device"], line["round"]))
        elif line["type"] == "transfer_ended":
            sent.add(line["transfer"])
        elif line["type"] == "update_arrived":
            update = f"the update of {line['device']} in round {line['round']}"
            if (line["device"], line["round"]) not in computed:
                yield f"{_at(line)}{update} arrives without having been computed"
            if line["transfer"] not in sent:
                yield f"{_at(line)}{update} arrives without an upload"


@_invariant
def updates_arrive_once(journal: Sequence[Line]) -> Iterator[str]:
    """A device's update of one round arrives at most once."""
    seen: set[tuple[str, int]] = set()
    for line in _of(journal, "update_arrived"):
        update = (line["device"], line["round"])
        if update in seen:
            yield f"{_at(line)}the update of {line['device']} in round {line['round']} arrives again"
        seen.add(update)


@_invariant
def coverage_is_a_fraction(journal: Sequence[Line]) -> Iterator[str]:
    """0 <= coverage <= 1."""
    for line in _of(journal, "update_arrived", "round_closed"):
        if not 0.0 <= line["coverage"] <= 1.0 + _ROUNDING:
            yield f"{_at(line)}{line['type']} has coverage {line['coverage']:g}"


@_invariant
def losses_were_sent(journal: Sequence[Line]) -> Iterator[str]:
    """A receiver loses at most as many packets as were sent."""
    for line in _of(journal, "transfer_ended"):
        if not 0 <= line["packets_lost"] <= line["packets_sent"]:
            yield f"{_at(line)}{line['transfer']} lost {line['packets_lost']} of {line['packets_sent']} packets sent"


@_invariant
def outcomes_are_true(journal: Sequence[Line]) -> Iterator[str]:
    """`delivered` means that no fragment is lost, `lost` that nothing was delivered, `partial` neither."""
    for line in _of(journal, "transfer_ended"):
        truth = "delivered" if not line["lost"] else "partial" if line["delivered_bits"] > 0.0 else "lost"
        if line["outcome"] != truth:
            yield f"{_at(line)}{line['transfer']} is called {line['outcome']} but is {truth}"


@_invariant
def rounds_are_consecutive(journal: Sequence[Line]) -> Iterator[str]:
    """Rounds start at 1, each closes before the next starts, and run_ended counts them."""
    opened, closed = 0, 0
    for line in _of(journal, "round_started", "round_closed", "run_ended"):
        if line["type"] == "run_ended":
            if line["rounds"] != closed:
                yield f"{_at(line)}run_ended counts {line['rounds']} rounds of {closed}"
        elif line["type"] == "round_started":
            if (opened, line["round"]) != (closed, opened + 1):
                yield f"{_at(line)}round {line['round']} starts after round {opened} started and round {closed} closed"
            opened = line["round"]
        else:
            if line["round"] != opened or closed == opened:
                yield f"{_at(line)}round {line['round']} closes after round {opened} started and round {closed} closed"
            closed = line["round"]


@_invariant
def versions_never_fall(journal: Sequence[Line]) -> Iterator[str]:
    """The global adapter's version never goes back."""
    version = 0
    for line in _of(journal, "round_started", "round_closed", "model_updated", "evaluated"):
        if line["version"] < version:
            yield f"{_at(line)}version goes back from {version} to {line['version']}"
        version = max(version, line["version"])
