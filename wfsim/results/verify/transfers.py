"""What flies: bits, joules, airtime, the band."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from wfsim.results.verify._invariant import ROUNDING, Line, at, differ, has_ended, invariant, of
from wfsim.units import BITS_PER_BYTE

_DIRECTIONS = {"update": "up", "request": "up", "model": "down", "grant": "down", "acknowledgement": "down"}


@invariant
def bits_are_conserved(journal: Sequence[Line]) -> Iterator[str]:
    """Sent = delivered + lost + repeated; offered = delivered + undelivered."""
    offered = {line["transfer"]: line["offered_bits"] for line in of(journal, "transfer_started")}
    for line in of(journal, "transfer_ended"):
        accounted = line["delivered_bits"] + line["lost_bits"] + line["repeated_bits"]
        if differ(line["sent_bits"], accounted):
            yield f"{at(line)}{line['transfer']} sent {line['sent_bits']:g} bits but accounts for {accounted:g}"
        due = line["delivered_bits"] + line["undelivered_bits"]
        if line["transfer"] in offered and differ(offered[line["transfer"]], due):
            yield f"{at(line)}{line['transfer']} offered {offered[line['transfer']]:g} bits but accounts for {due:g}"


@invariant
def bits_are_not_negative(journal: Sequence[Line]) -> Iterator[str]:
    """No count of bits is below zero."""
    for line in of(journal, "transfer_ended"):
        for name in ("sent_bits", "delivered_bits", "lost_bits", "repeated_bits", "undelivered_bits"):
            if line[name] < -ROUNDING * max(line["sent_bits"], 1.0):
                yield f"{at(line)}{line['transfer']} has {name} {line[name]:g}"


@invariant
def energy_is_not_negative(journal: Sequence[Line]) -> Iterator[str]:
    """Every joule drawn is drawn."""
    for line in of(journal, "transfer_ended", "compute_ended"):
        if line["energy_j"] < 0.0:
            yield f"{at(line)}{line['type']} of {line['device']} has energy {line['energy_j']:g} J"


@invariant
def airtime_fits(journal: Sequence[Line]) -> Iterator[str]:
    """A transfer starts before it ends and is on the air no longer than it lasts."""
    for line in of(journal, "transfer_ended"):
        lasted_s = line["t_s"] - line["start_s"]
        if not -ROUNDING <= line["airtime_s"] <= lasted_s + ROUNDING * max(line["t_s"], 1.0):
            yield f"{at(line)}{line['transfer']} was on the air for {line['airtime_s']:g} s of {lasted_s:g} s"


@invariant
def band_is_not_over_allocated(journal: Sequence[Line]) -> Iterator[str]:
    """Per station and direction shares, foreign traffic's included, are not negative and add up to the band at most."""
    for line in of(journal, "band_shared"):
        total_hz = math.fsum([line["background_hz"], *line["shares_hz"].values()])
        if total_hz > line["band_hz"] * (1.0 + ROUNDING):
            band = f"{line['station']} {line['direction']}"
            yield f"{at(line)}{band} shares add up to {total_hz:g} Hz of {line['band_hz']:g} Hz"
        for transfer, share_hz in {"foreign traffic": line["background_hz"], **line["shares_hz"]}.items():
            if share_hz < 0.0:
                yield f"{at(line)}{transfer} has a share of {share_hz:g} Hz"


@invariant
def bands_are_shared_in_their_cell(journal: Sequence[Line]) -> Iterator[str]:
    """A station divides its band among transfers from and to its own devices."""
    stations = {line["device"]: line["station"] for line in of(journal, "link_placed")}
    devices = {line["transfer"]: line["devices"] for line in of(journal, "transfer_started")}
    for line in of(journal, "band_shared"):
        for transfer in line["shares_hz"]:
            others = {stations.get(device, line["station"]) for device in devices.get(transfer, ())} - {line["station"]}
            if others:
                yield f"{at(line)}{line['station']} shares its band with {transfer} of {', '.join(sorted(others))}"


@invariant
def transfers_start_once(journal: Sequence[Line]) -> Iterator[str]:
    """No two transfers have the same name."""
    seen: set[str] = set()
    for line in of(journal, "transfer_started"):
        if line["transfer"] in seen:
            yield f"{at(line)}{line['transfer']} starts again"
        seen.add(line["transfer"])


@invariant
def transfers_end_once(journal: Sequence[Line]) -> Iterator[str]:
    """A transfer ends once for each of its devices, after its start; in a finished run all of them have ended."""
    due: Counter[tuple[str, str]] = Counter()
    for line in of(journal, "transfer_started", "transfer_ended"):
        if line["type"] == "transfer_started":
            due.update((line["transfer"], device) for device in line["devices"])
            continue
        due[line["transfer"], line["device"]] -= 1
        if due[line["transfer"], line["device"]] < 0:
            yield f"{at(line)}{line['transfer']} ends for {line['device']} without having started"
    if has_ended(journal):
        yield from (f"{transfer} never ends for {device}" for (transfer, device), left in due.items() if left > 0)


@invariant
def losses_were_sent(journal: Sequence[Line]) -> Iterator[str]:
    """A receiver loses at most as many packets as were sent."""
    for line in of(journal, "transfer_ended"):
        if not 0 <= line["packets_lost"] <= line["packets_sent"]:
            yield f"{at(line)}{line['transfer']} lost {line['packets_lost']} of {line['packets_sent']} packets sent"


@invariant
def outcomes_are_true(journal: Sequence[Line]) -> Iterator[str]:
    """`delivered` means that no fragment is lost, `lost` that nothing was delivered, `partial` neither."""
    for line in of(journal, "transfer_ended"):
        truth = "delivered" if not line["lost"] else "partial" if line["delivered_bits"] > 0.0 else "lost"
        if line["outcome"] != truth:
            yield f"{at(line)}{line['transfer']} is called {line['outcome']} but is {truth}"


@invariant
def purposes_are_known(journal: Sequence[Line]) -> Iterator[str]:
    """Updates, requests fly up; models, grants, acknowledgements down; a transfer ends as what it started."""
    started: dict[str, str] = {}
    for line in of(journal, "transfer_started", "transfer_ended"):
        due = _DIRECTIONS.get(line["purpose"])
        if due != line["direction"]:
            yield f"{at(line)}{line['transfer']} carries {line['purpose']!r} {line['direction']}"
        if started.setdefault(line["transfer"], line["purpose"]) != line["purpose"]:
            yield f"{at(line)}{line['transfer']} started as {started[line['transfer']]!r}, ends as {line['purpose']!r}"


@invariant
def encoded_updates_fit(journal: Sequence[Line]) -> Iterator[str]:
    """What was encoded is what flies: a packet per fragment, payload and headers together the bits offered."""
    encoded: dict[str, Line] = {}
    for line in of(journal, "update_encoded", "transfer_started"):
        if line["type"] == "update_encoded":
            encoded[line["device"]] = line
            continue
        for device in encoded.keys() & line["devices"] if line["purpose"] == "update" else ():
            sizes = encoded.pop(device)["fragment_bytes"]
            if len(sizes) != line["packets"] or BITS_PER_BYTE * sum(sizes) > line["offered_bits"]:
                yield (
                    f"{at(line)}{line['transfer']} offers {line['packets']} packets of {line['offered_bits']:g} bits, "
                    f"encoded were {len(sizes)} of {BITS_PER_BYTE * sum(sizes)}"
                )
