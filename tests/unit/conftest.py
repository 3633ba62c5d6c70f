"""Journals written by hand: rounds under a budget of time with requests and grants; devices that wait for nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from wfsim import trace

Line = dict[str, Any]

_STILL_BUSY = (2, 1, 2, 2, 1, 0)  # devices at work as each of the asynchronous versions is made
_AGES = (0, 1, 1, 1, 1, 0)  # versions that each upload missed
Records = list[trace.Record]

RANK, ROUND_BUDGET_S = 4, 5.0
DROPPED = [0.5, 0.25, 0.125, 0.0]


def _flight(
    name: str,
    purpose: str,
    devices: Sequence[str],
    start_s: float,
    end_s: float,
    packets: int = 1,
    *,
    cut: bool = False,
) -> Records:
    """A transfer of 8000 bits a packet; a cut one loses half of them."""
    direction = "up" if purpose in ("update", "request") else "down"
    lost = list(range(packets // 2, packets)) if cut else []
    bits = 8000.0 * packets
    missing = 8000.0 * len(lost)
    started = trace.TransferStarted(
        t_s=start_s,
        transfer=name,
        purpose=purpose,
        direction=direction,
        devices=list(devices),
        packets=packets,
        offered_bits=int(bits),
    )
    ends = [
        trace.TransferEnded(
            t_s=end_s,
            transfer=name,
            purpose=purpose,
            direction=direction,
            device=device,
            start_s=start_s,
            outcome="partial" if cut else "delivered",
            cut=cut,
            cause="round" if cut else None,
            packets_sent=packets - len(lost),
            packets_lost=0,
            attempts=1,
            sent_bits=bits - missing,
            delivered_bits=bits - missing,
            lost_bits=0.0,
            repeated_bits=0.0,
            undelivered_bits=missing,
            airtime_s=end_s - start_s,
            energy_j=0.5,
            lost=lost,
            blocks=4,
            blocks_at_cap=1,
            blocks_at_zero=0,
        )
        for device in devices
    ]
    return [started, *ends]


def _training(device: str, number: int, start_s: float, end_s: float, *, finished: bool = True) -> Records:
    return [
        trace.ComputeStarted(t_s=start_s, device=device, round=number, steps=2, flops=1e9),
        trace.ComputeEnded(
            t_s=end_s, device=device, round=number, compute_s=end_s - start_s, energy_j=1.0, finished=finished
        ),
    ]


def _opening(name: str, seed: int, devices: Sequence[str]) -> Records:
    started = trace.RunStarted(
        t_s=0.0,
        format=trace.FORMAT,
        scenario=name,
        seed=seed,
        devices=len(devices),
        rank=RANK,
        entries=100,
        update_bits=None,
        download_bits=8000,
    )
    return [started, *(trace.DeviceReady(t_s=0.0, device=d, flops_per_s=1e9, samples=10) for d in devices)]


def _closed(
    number: int, start_s: float, close_s: float, arrived: int = 1, overtaken: int = 0, age: int = 0
) -> trace.RoundClosed:
    return trace.RoundClosed(
        t_s=close_s,
        round=number,
        version=number,
        participants=arrived,
        arrived=arrived,
        staleness=[age] * arrived,
        overtaken=overtaken,
        coverage=1.0 if arrived else 0.0,
        round_s=close_s - start_s,
    )


def controlled(
    rounds: int = 4, v: float = 1.0, seed: int = 1, devices: Sequence[str] = ("d00001", "d00002")
) -> Records:
    """Rounds of `devices`; each keeps all ranks while the queue is below `v` seconds, else one. The last device holds
    its update back in round 2."""
    records, start_s, queue_s = _opening("budget", seed, devices), 0.0, 0.0
    for number in range(1, rounds + 1):
        keep = RANK if queue_s < v else 1
        made = list(_controlled_round(number, start_s, keep, devices))
        close_s = made[-1].t_s
        binding, queue_s = float(queue_s > 0.0), max(queue_s + close_s - start_s - ROUND_BUDGET_S, 0.0)
        measures = {"queue_s": queue_s, "round_budget_s": ROUND_BUDGET_S, "binding": binding}
        made.append(trace.ModelUpdated(t_s=close_s, version=number, covariance_norm=0.1 / number, device_loss={}))
        made.append(
            trace.UpdatesMeasured(
                t_s=close_s,
                version=number,
                score_spread=1.0 + 0.1 * number,
                off_diagonal=0.2 / number,
                rank_norm_error=0.1,
                svd_error=0.05,
            )
        )
        made.append(trace.Controlled(t_s=close_s, round=number, measures=measures))
        records, start_s = records + made, close_s
    return [*records, trace.RunEnded(t_s=start_s, reason="rounds", rounds=rounds)]


def _controlled_round(number: int, start_s: float, keep: int, devices: Sequence[str]) -> Iterator[trace.Record]:
    sent = [device for device in devices if number != 2 or device != devices[-1]]
    grant_s, end_s = start_s + 3.5, start_s + 3.6 + 0.8 * keep
    yield trace.RoundStarted(
        t_s=start_s, round=number, version=number - 1, available=len(devices), cohort=list(devices), deadline_s=None
    )
    made = _flight(f"down/{number}", "model", devices, start_s, start_s + 1.0)
    for place, device in enumerate(devices):
        ready_s = start_s + 2.0 + place / len(devices)
        made += _training(device, number, start_s + 1.0, ready_s)
        made += _flight(f"request/{device}/{number}", "request", [device], ready_s, ready_s + 0.1)
        turn = {"device": device, "round": number}
        elapsed_s = ready_s + 0.1 - start_s
        made.append(trace.Requested(t_s=ready_s + 0.1, **turn, elapsed_s=elapsed_s, snr_db=10.0, dropped=list(DROPPED)))
        share = 1.0 / len(sent) if device in sent else 0.0
        made.append(trace.Granted(t_s=grant_s, **turn, band_weight=share, keep=keep, send=device in sent))
        made += _flight(f"grant/{device}/{number}", "grant", [device], grant_s, grant_s + 0.1)
        made += (
            _sent(device, number, keep, grant_s + 0.1, end_s)
            if device in sent
            else [trace.UpdateHeld(t_s=grant_s + 0.1, **turn)]
        )
    yield from sorted(made, key=lambda record: record.t_s)
    yield _closed(number, start_s, end_s, arrived=len(sent))


def _sent(device: str, number: int, keep: int, start_s: float, end_s: float) -> Records:
    name = f"up/{device}/{number}"
    encoded = trace.UpdateEncoded(
        t_s=start_s, device=device, round=number, fragment_bytes=[900] * keep, fragment_entries=[25] * keep
    )
    flight = _flight(name, "update", [device], start_s, end_s, packets=keep)
    return [encoded, *flight, _arrived(device, number, number - 1, 0, end_s)]


def _arrived(device: str, number: int, base: int, staleness: int, t_s: float) -> trace.UpdateArrived:
    return trace.UpdateArrived(
        t_s=t_s,
        device=device,
        round=number,
        transfer=f"up/{device}/{number}",
        base_version=base,
        coverage=1.0,
        staleness=staleness,
    )


def asynchronous() -> Records:
    """Three devices whose turns take 3, 4 and 9 s, half a second of each on the air; every upload makes a version.

    The third is overtaken once while it trains, begins again with version 2, and is still at work at the end, 12 s.
    """
    periods_s = {"d1": 3.0, "d2": 4.0, "d3": 9.0}
    made = _opening("free", 1, list(periods_s))
    arrivals = [(3.0, "d1", 1, 0), (4.0, "d2", 1, 0), (6.0, "d1", 2, 1), (8.0, "d2", 2, 2), (9.0, "d1", 3, 3)]
    arrivals.append((12.0, "d1", 4, 5))
    for end_s, device, turn, base in arrivals:
        made += _free_turn(device, turn, end_s - periods_s[device], end_s)
        staleness = sum(other_s < end_s for other_s, *_ in arrivals) - base
        made.append(_arrived(device, turn, base, staleness, end_s))
    made += _flight("down/d3/1", "model", ["d3"], 0.0, 0.5)
    made += _training("d3", 1, 0.5, 4.0, finished=False)
    made.append(trace.DeviceLate(t_s=4.0, device="d3", round=1, phase="compute", fate="restart"))
    made += _flight("down/d3/2", "model", ["d3"], 4.0, 4.5)
    made += _training("d3", 2, 4.5, 11.0)
    made += _flight("up/d3/2", "update", ["d3"], 11.0, 12.0, packets=2, cut=True)
    made.append(trace.DeviceLate(t_s=12.0, device="d3", round=2, phase="upload", fate="abandon"))
    return [*_with_rounds(made, arrivals), trace.RunEnded(t_s=12.0, reason="rounds", rounds=len(arrivals))]


def _free_turn(device: str, turn: int, start_s: float, end_s: float) -> Records:
    made = _flight(f"down/{device}/{turn}", "model", [device], start_s, start_s + 0.5)
    made += _training(device, turn, start_s + 0.5, end_s - 0.5)
    return made + _flight(f"up/{device}/{turn}", "update", [device], end_s - 0.5, end_s)


def _with_rounds(made: Records, arrivals: Sequence[tuple[float, str, int, int]]) -> Iterator[trace.Record]:
    """The records in order of time, each arrival followed by a round's end and the next one's beginning.

    What ends at an instant comes before what begins at it.
    """
    opening = made[:4]
    order = sorted(made[4:], key=lambda record: (record.t_s, _begins(record)))
    yield from opening
    yield _begun(1, 0.0, ["d1", "d2", "d3"])
    number = 1
    for place, record in enumerate(order):
        yield record
        after = order[place + 1] if place + 1 < len(order) else None
        if (
            number <= len(arrivals)
            and record.t_s == arrivals[number - 1][0]
            and (after is None or _next(record, after))
        ):
            before_s = arrivals[number - 2][0] if number > 1 else 0.0
            yield _closed(number, before_s, record.t_s, overtaken=_STILL_BUSY[number - 1], age=_AGES[number - 1])
            number += 1
            if number <= len(arrivals):
                again = {device for _, device, *_ in arrivals[number - 1 :]} & {arrivals[number - 2][1]}
                yield _begun(number, record.t_s, sorted(again))
                if record.t_s == 4.0:
                    yield trace.DevicesJoined(t_s=4.0, round=number, version=number - 1, devices=["d3"])


def _begins(record: trace.Record) -> bool:
    return isinstance(record, trace.TransferStarted | trace.ComputeStarted)


def _next(record: trace.Record, after: trace.Record) -> bool:
    return after.t_s > record.t_s or (_begins(after) and not _begins(record))


def _begun(number: int, t_s: float, cohort: list[str]) -> trace.RoundStarted:
    return trace.RoundStarted(
        t_s=t_s, round=number, version=number - 1, available=len(cohort), cohort=cohort, deadline_s=None
    )


def _lines(records: Records) -> list[Line]:
    lines: list[Line] = []
    journal = trace.Journal([lines.append])
    for record in records:
        journal.write(record)
    return lines


@pytest.fixture
def controlled_records() -> Callable[..., Records]:
    """`controlled_records(rounds=4, v=1.0, seed=1, devices=(...))`: requests, grants, held updates, a budget of 5 s."""
    return controlled


@pytest.fixture
def asynchronous_records() -> Records:
    """Six versions of three devices that wait for nobody; the third starts anew and is overtaken while it sends."""
    return asynchronous()


@pytest.fixture
def controlled_lines() -> list[Line]:
    """The journal of `controlled_records()`."""
    return _lines(controlled())


@pytest.fixture
def asynchronous_lines() -> list[Line]:
    """The journal of `asynchronous_records`."""
    return _lines(asynchronous())


SITES_S = 10.0  # a round of `sites`
LINK_DOWN_S, DEVICE_DOWN_S, STATION_DOWN_S = (26.5, 43.0), (33.0, 38.0), (40.2, 40.6)
_ACCURACIES = (0.3, 0.5, 0.55, 0.56, 0.62, 0.7)


def sites(links: int = 3) -> Records:
    """Six rounds of as many stations as `links`, at least three, with a device each, and hops to and from `core`.

    The link bs1<>core fails in the third round's upload (a part has left); the fourth's, and two downloads, fail at
    once. d00002 crashes in the fourth while it trains; bs3 is down while the fifth download to it waits on its hop.
    """
    devices = {f"d{number:05d}": f"bs{number}" for number in range(1, links + 1)}
    made = _opening("sites", 1, list(devices))
    for device, station in devices.items():
        place = {"distance_m": 100.0, "los": None, "path_loss_db": 90.0, "shadowing_db": 0.0, "mean_snr_db": 20.0}
        made.append(trace.LinkPlaced(t_s=0.0, device=device, station=station, **place))
    for number, accuracy in enumerate(_ACCURACIES, start=1):
        made += _sites_round(number, devices)
        end_s = number * SITES_S
        made.append(
            trace.Evaluated(t_s=end_s, round=number, version=number, accuracy=accuracy, loss=1.0, device_accuracy={})
        )
    ended = trace.RunEnded(t_s=len(_ACCURACIES) * SITES_S, reason="rounds", rounds=len(_ACCURACIES))
    return [*sorted([*made, *_outages_of_sites()], key=lambda record: record.t_s), ended]


def _outages_of_sites() -> Iterator[trace.Record]:
    downs = {("bs1<>core", "link"): LINK_DOWN_S, ("d00002", "device"): DEVICE_DOWN_S, ("bs3", "node"): STATION_DOWN_S}
    for (element, what), (start_s, end_s) in downs.items():
        yield trace.OutageStarted(t_s=start_s, element=element, what=what)
        yield trace.OutageEnded(t_s=end_s, element=element, what=what, down_s=end_s - start_s)


def _sites_round(number: int, devices: dict[str, str]) -> Records:
    start_s = (number - 1) * SITES_S
    made: Records = [_begun(number, start_s, list(devices))]
    heard = 0
    for device, station in devices.items():
        pause_s = 0.4 if (number, station) == (5, "bs3") else 0.0
        made += _site_download(number, device, station, start_s, pause_s)
        if (number, device) == (4, "d00002"):
            made += _training(device, number, start_s + 1.0, DEVICE_DOWN_S[0], finished=False)
            made.append(
                trace.DeviceLate(t_s=DEVICE_DOWN_S[0], device=device, round=number, phase="compute", fate="crash")
            )
            continue
        made += _training(device, number, start_s + 1.0 + pause_s, start_s + 4.0)
        made += _site_upload(number, device, station, start_s)
        heard += made[-1].coverage > 0.0
    return [*made, _site_closed(number, heard, len(devices))]


def _site_download(number: int, device: str, station: str, start_s: float, pause_s: float) -> Records:
    name, flies_s = f"down/{number}/{station}", start_s + 0.5 + pause_s
    crossing = (f"core>{station}", f"down/{number}/{station}", "model", start_s)
    if station == "bs1" and number in (4, 5):
        return [_hop(*crossing, lost_bits=8000.0, sent_bits=0.0, cause="outage")]
    air = [_alone(station, "down", name, flies_s), *_flight(name, "model", [device], flies_s, flies_s + 0.5)]
    return [_hop(*crossing, service_s=0.4 + pause_s), *air]


def _site_upload(number: int, device: str, station: str, start_s: float) -> Records:
    name, offered_s = f"up/{device}/{number}", start_s + 6.0
    air = [_alone(station, "up", name, start_s + 4.0), *_flight(name, "update", [device], start_s + 4.0, offered_s)]
    failed = station == "bs1" and number in (3, 4)
    if failed:
        begun = {"waited_s": 0.2, "service_s": 0.3, "sent_bits": 2400.0} if number == 3 else {"sent_bits": 0.0}
        hop = _hop(f"{station}>core", name, "update", offered_s, lost_bits=8000.0, cause="outage", **begun)
    else:
        found_bits = 1000.0 * (number - 1)
        hop = _hop(f"{station}>core", name, "update", offered_s, waited_s=0.2, service_s=1.0, found_bits=found_bits)
    landed_s, coverage = max(hop.t_s, offered_s), 0.0 if failed else 1.0
    turn = {"device": device, "round": number, "transfer": name, "base_version": number - 1, "staleness": 0}
    return [*air, hop, trace.UpdateArrived(t_s=landed_s, coverage=coverage, **turn)]


def _site_closed(number: int, heard: int, devices: int) -> trace.RoundClosed:
    taken = devices - (number == 4)
    return trace.RoundClosed(
        t_s=number * SITES_S,
        round=number,
        version=number,
        participants=taken,
        arrived=heard,
        staleness=[0] * taken,
        overtaken=0,
        coverage=heard / taken,
        round_s=SITES_S,
    )


def _alone(station: str, direction: str, transfer: str, t_s: float) -> trace.BandShared:
    return trace.BandShared(
        t_s=t_s, station=station, direction=direction, band_hz=1e6, background_hz=0.0, shares_hz={transfer: 1e6}
    )


def _hop(
    link: str,
    transfer: str,
    purpose: str,
    start_s: float,
    *,
    waited_s: float = 0.0,
    service_s: float = 0.0,
    lost_bits: float = 0.0,
    sent_bits: float = 8000.0,
    found_bits: float = 0.0,
    cause: str | None = None,
) -> trace.HopEnded:
    """A payload of 8000 bits on a hop with 0.1 s of delay; one that failed ends with its service."""
    delay_s = 0.1 if cause is None else 0.0
    return trace.HopEnded(
        t_s=start_s + waited_s + service_s + delay_s,
        link=link,
        transfer=transfer,
        purpose=purpose,
        start_s=start_s,
        waited_s=waited_s,
        service_s=service_s,
        packets=1,
        offered_bits=8000.0,
        delivered_bits=8000.0 - lost_bits,
        lost_bits=lost_bits,
        dropped_bits=0.0,
        pending_bits=0.0,
        sent_bits=sent_bits,
        found_bits=found_bits,
        cause=cause,
    )


@pytest.fixture(scope="session")
def sites_records() -> Callable[..., Records]:
    """`sites_records(links=3)`: six rounds of sites behind hops, with outages of a link, a device and a station."""
    return sites


@pytest.fixture
def sites_lines() -> list[Line]:
    """The journal of `sites_records()`."""
    return _lines(sites())
