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
