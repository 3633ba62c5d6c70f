"""What the server does: choose a cohort, send the adapter, wait as the protocol says, aggregate, evaluate."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Generator, Sequence

import simpy

from wfsim import trace
from wfsim.errors import RunError
from wfsim.learning.evaluation import Score
from wfsim.messages import Assignment, Candidate
from wfsim.world.candidates import candidates_among
from wfsim.world.device import take_part
from wfsim.world.federation import Upload
from wfsim.world.world import World

Process = Generator[simpy.Event, object, None]


def serve(world: World) -> Process:
    """Rounds until the scenario says stop."""
    round_number, reason = 0, None
    while reason is None:
        available = yield from _available(world)
        if available:
            round_number += 1
            reason = yield from _serve_round(world, round_number, available)
        else:
            reason = "time"
    _write_end(world, round_number, reason)


def _serve_round(
    world: World, round_number: int, available: Sequence[str]
) -> Generator[simpy.Event, object, str | None]:
    """One round and what follows from it. Ends with the reason to stop, if there is one."""
    start_s = world.env.now
    yield from _round(world, round_number, available)
    _check_progress(world, start_s)
    reason = _stop_reason(world, round_number)
    score = _evaluate_if_due(world, round_number, last=reason is not None)
    world.federation = world.federation.mark()
    return reason or _target_reason(world, score)


def _write_end(world: World, rounds: int, reason: str) -> None:
    counts, now_s = world.federation.counts(), world.env.now
    if counts is not None:
        world.write(trace.JobsCounted(t_s=now_s, **dataclasses.asdict(counts)))
    world.write(trace.RunEnded(t_s=now_s, reason=reason, rounds=rounds))


def _available(world: World) -> Generator[simpy.Event, object, list[str]]:
    """Who is there, waiting until somebody is; nobody when the time to stop comes first."""
    rule, stop_s = world.scenario.devices.availability, world.scenario.stop.time_s or math.inf
    while world.env.now < stop_s:
        there = [name for name in world.devices if rule.is_available(world.streams, name, world.env.now)]
        if there:
            return there
        until_s = min(rule.next_change_s(world.env.now), stop_s)
        world.write(trace.NobodyAvailable(t_s=world.env.now, until_s=until_s))
        yield world.env.timeout(until_s - world.env.now)
    return []


def _round(world: World, round_number: int, available: Sequence[str]) -> Process:
    start_s, scenario = world.env.now, world.scenario
    cohort = _cohort(world, round_number, available)
    names = [member.device for member in cohort]
    deadline_s = scenario.protocol.deadline_s(start_s)
    world.write(
        trace.RoundStarted(
            t_s=start_s,
            round=round_number,
            version=world.federation.version,
            available=len(available),
            cohort=names,
            deadline_s=deadline_s,
        )
    )
    downloads = scenario.radio.downlink.send(world.down, round_number, names, world.download_plan)
    busy = _start_devices(world, round_number, cohort, deadline_s, downloads)
    yield scenario.protocol.closing(world.env, busy, deadline_s)
    yield from _stop_late(world, busy, downloads)
    _close(world, round_number, start_s, [process.value for process in busy])


def _cohort(world: World, round_number: int, available: Sequence[str]) -> tuple[Candidate, ...]:
    known = {candidate.device: candidate for candidate in candidates_among(world, available)}
    names = world.scenario.controller.select(world.streams, round_number, tuple(known.values()))
    return tuple(known[name] for name in names)


def _start_devices(
    world: World,
    round_number: int,
    cohort: Sequence[Candidate],
    deadline_s: float | None,
    downloads: dict[str, simpy.Event],
) -> list[simpy.Process]:
    name = world.scenario.radio.downlink.transfer_name
    return [
        world.env.process(
            take_part(
                world,
                Assignment(
                    device=member.device,
                    round=round_number,
                    base_version=world.federation.version,
                    rank=world.workload.shapes.rank,
                    deadline_s=deadline_s,
                ),
                cohort,
                downloads[name(round_number, member.device)],
            )
        )
        for member in cohort
    ]


def _stop_late(world: World, busy: Sequence[simpy.Process], downloads: dict[str, simpy.Event]) -> Process:
    for process in busy:
        if process.is_alive:
            process.interrupt("the round closed")
    for name, event in downloads.items():
        if not event.triggered:
            world.down.medium.cut(name)
    yield world.env.all_of(busy)


def _close(world: World, round_number: int, start_s: float, results: Sequence[Upload | None]) -> None:
    uploads = [upload for upload in results if upload is not None]
    norm = world.federation.aggregate(uploads)
    arrived = sum(bool(upload.arrived.any()) for upload in uploads)
    world.write(
        trace.RoundClosed(
            t_s=world.env.now,
            round=round_number,
            version=world.federation.version,
            participants=len(uploads),
            arrived=arrived,
            coverage=sum(u.coverage for u in uploads) / len(uploads) if uploads else 0.0,
            round_s=world.env.now - start_s,
        )
    )
    if norm is not None:
        world.write(trace.ModelUpdated(t_s=world.env.now, version=world.federation.version, covariance_norm=norm))


def _evaluate_if_due(world: World, round_number: int, *, last: bool) -> Score | None:
    due = last or round_number % world.scenario.learning.evaluate.every_rounds == 0
    score = world.federation.evaluate() if due else None
    if score is not None:
        world.write(
            trace.Evaluated(
                t_s=world.env.now,
                round=round_number,
                version=world.federation.version,
                accuracy=score.accuracy,
                loss=score.loss,
                device_accuracy=dict(score.device_accuracy),
            )
        )
    return score


def _check_progress(world: World, start_s: float) -> None:
    if world.scenario.stop.rounds is None and world.env.now == start_s:
        raise RunError("a round takes no simulated time, so stop.time_s is never reached; give stop.rounds")


def _stop_reason(world: World, round_number: int) -> str | None:
    stop = world.scenario.stop
    if stop.rounds is not None and round_number >= stop.rounds:
        return "rounds"
    return "time" if stop.time_s is not None and world.env.now >= stop.time_s else None


def _target_reason(world: World, score: Score | None) -> str | None:
    target = world.scenario.stop.target_accuracy
    return "target" if target is not None and score is not None and score.accuracy >= target else None
