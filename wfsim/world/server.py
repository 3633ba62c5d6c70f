"""What the server does: choose who starts, send the adapter, wait as the protocol says, aggregate, evaluate."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Generator, Sequence

import simpy

from wfsim import trace
from wfsim.errors import RunError
from wfsim.learning.evaluation import Score
from wfsim.messages import Outcome
from wfsim.world.candidates import candidates_among
from wfsim.world.hierarchy import serve_edges
from wfsim.world.messaging import cut_messages
from wfsim.world.recovery import is_down, next_crash_s, recover, store
from wfsim.world.staffing import choose, dismiss, idle, send_to_work
from wfsim.world.turn import Upload
from wfsim.world.world import World

Process = Generator[simpy.Event, object, None]

_HOPELESS_TURNS = 1_000


def serve(world: World) -> Process:
    """Rounds until the scenario says stop."""
    round_number, reason = 0, None
    while reason is None:
        if (yield from _somebody(world, round_number)):
            round_number += 1
            reason = yield from _serve_round(world, round_number)
        else:
            reason = "time"
    for each in world.edges or (world,):
        yield from dismiss(each, "end")
        cut_messages(each)
    _write_end(world, round_number, reason)
    if world.shards is not None:
        world.shards.settle()


def _serve_round(world: World, round_number: int) -> Generator[simpy.Event, object, str | None]:
    """One round and what follows from it. Ends with the reason to stop, if there is one."""
    start_s = world.env.now
    if world.edges:
        yield from serve_edges(world, round_number, _round)
        closed = True
    else:
        closed = yield from _round(world, round_number)
    if closed:
        _check_progress(world, start_s)
        store(world, round_number)
    else:
        yield from recover(world, round_number)
    reason = _stop_reason(world, round_number)
    score = _evaluate_if_due(world, round_number, last=reason is not None) if closed or reason else None
    _mark(world)
    return reason or _target_reason(world, score)


def _mark(world: World) -> None:
    """Between rounds everything can be remembered; edges go on from whatever the cloud goes on from."""
    world.federation = world.federation.mark(world.floor.versions_in_use(world.federation.version))
    for edge in world.edges:
        edge.federation = world.federation.edge(edge.edge)


def _write_end(world: World, rounds: int, reason: str) -> None:
    counts, now_s = world.federation.counts(), world.env.now
    if counts is not None:
        world.write(trace.JobsCounted(t_s=now_s, **dataclasses.asdict(counts)))
    world.write(trace.RunEnded(t_s=now_s, reason=reason, rounds=rounds))


def _somebody(world: World, round_number: int) -> Generator[simpy.Event, object, bool]:
    """Wait until somebody is available or at work; nobody is when the time to stop comes first."""
    rule, stop_s = world.availability, _stop_s(world)
    while world.env.now < stop_s:
        if is_down(world):
            yield from recover(world, round_number)
            continue
        places = world.edges or (world,)
        if any(_is_somebody(place) for place in places):
            return True
        until_s = min(rule.next_change_s(world.env.now), stop_s)
        world.write(trace.NobodyAvailable(t_s=world.env.now, until_s=until_s if until_s < math.inf else None))
        changes = [place.floor.change() for place in places]
        yield world.env.any_of([*changes, *_alarms(world, until_s, next_crash_s(world))])
    return False


def _is_somebody(world: World) -> bool:
    floor = world.floor
    return bool(floor.workers or floor.waiting or floor.restarting or idle(world))


def _round(world: World, round_number: int) -> Generator[simpy.Event, object, bool]:
    """Ends with whether the round was closed; it is not where the server fails in the middle of it."""
    start_s, floor, protocol = world.env.now, world.floor, world.scenario.protocol
    deadline_s = protocol.deadline_s(start_s)
    floor.open(round_number, forget=not protocol.continuous)
    _begin(world, round_number, deadline_s)
    yield from _until_it_closes(world, round_number, deadline_s)
    if is_down(world):
        return False
    if not protocol.continuous and protocol.overtaken != "finish":
        yield from dismiss(world, protocol.overtaken)
    _close(world, round_number, start_s, floor.take(protocol.takes))
    _tell_controller(world, round_number, start_s)
    if protocol.continuous and protocol.overtaken != "finish":
        yield from dismiss(world, protocol.overtaken, older_than=world.federation.version)
    return True


def _begin(world: World, round_number: int, deadline_s: float | None) -> None:
    """Start a cohort, unless uploads that wait already make this round's version."""
    there, wave = idle(world), _next_wave(world, round_number)
    done = world.scenario.protocol.continuous and _closes(world, deadline_s)
    cohort = () if done else choose(world, wave, there)
    world.write(
        trace.RoundStarted(
            t_s=world.env.now,
            round=round_number,
            version=world.federation.version,
            available=len(there),
            cohort=[member.device for member in cohort],
            deadline_s=deadline_s,
        )
    )
    if world.shards is not None:
        world.shards.send_to_work(world, round_number, wave, cohort)
    else:
        send_to_work(world, round_number, wave, cohort, deadline_s)


def _join(world: World, round_number: int) -> None:
    """Devices that are done start again in the middle of a round."""
    there = idle(world)
    if not there and not world.floor.restarting:
        return
    wave = world.floor.waves + 1
    cohort = choose(world, wave, there)
    if cohort:
        world.floor.waves = wave
        names = [member.device for member in cohort]
        version = world.federation.version
        world.write(trace.DevicesJoined(t_s=world.env.now, round=round_number, version=version, devices=names))
        send_to_work(world, round_number, wave, cohort, None)


def _begin_again(world: World, round_number: int, deadline_s: float | None) -> None:
    """Devices that crashed in this round and are back start their turn anew."""
    floor = world.floor
    floor.restarts += 1
    wave = f"{round_number}.{floor.restarts}"
    names, floor.restarting = sorted(floor.restarting), []
    cohort = candidates_among(world, names)
    version = world.federation.version
    world.write(trace.DevicesJoined(t_s=world.env.now, round=round_number, version=version, devices=names))
    send_to_work(world, round_number, wave, cohort, deadline_s)


def _next_wave(world: World, round_number: int) -> int:
    """Waves count departures: one a round, unless devices also start within rounds."""
    world.floor.waves = world.floor.waves + 1 if world.scenario.protocol.continuous else round_number
    return world.floor.waves


def _until_it_closes(world: World, round_number: int, deadline_s: float | None) -> Process:
    if world.shards is not None:
        yield world.env.at(world.shards.finish(world))
        return
    floor, continuous, start_s = world.floor, world.scenario.protocol.continuous, world.env.now
    alarms = _alarms(world, deadline_s, _stop_s(world) if continuous else None, next_crash_s(world))
    while not is_down(world) and not _closes(world, deadline_s):
        if floor.restarting and not continuous:
            _begin_again(world, round_number, deadline_s)
        if continuous:
            _check_hope(world, start_s)
            _join(world, round_number)
            alarms += _alarms(world, world.availability.next_change_s(world.env.now))
        alarms = [alarm for alarm in alarms if not alarm.processed]
        yield world.env.any_of([floor.change(), *alarms])
        yield floor.after_all_else()


def _alarms(world: World, *times_s: float | None) -> list[simpy.Event]:
    """Events at those of these times that are still to come."""
    now_s = world.env.now
    return [world.env.timeout(at_s - now_s) for at_s in times_s if at_s is not None and now_s < at_s < math.inf]


def _check_hope(world: World, start_s: float) -> None:
    """Raises RunError where uploads alone end the run and none ever arrives, and where turns take no time."""
    progress = world.floor.progress(at_deadline=False)
    if progress.ended < _HOPELESS_TURNS or progress.arrived:
        return
    if world.env.now == start_s:
        raise RunError(f"nothing arrived of {progress.ended} turns that took no simulated time")
    if world.scenario.stop.time_s is None:
        raise RunError(f"nothing arrived of {progress.ended} turns, so no round ever closes; give stop.time_s")


def _closes(world: World, deadline_s: float | None) -> bool:
    """As the protocol says; where devices do not wait for rounds, the end of the run closes the last one too."""
    protocol, now_s = world.scenario.protocol, world.env.now
    at_deadline = deadline_s is not None and now_s >= deadline_s
    over = protocol.continuous and now_s >= _stop_s(world)
    return over or protocol.closes(world.floor.progress(at_deadline=at_deadline))


def _stop_s(world: World) -> float:
    return world.scenario.stop.time_s or math.inf


def _close(world: World, round_number: int, start_s: float, uploads: Sequence[Upload]) -> None:
    staleness = [world.federation.version - upload.turn.base_version for upload in uploads]
    made = world.federation.aggregate(uploads)
    world.note(uploads)
    world.write(
        trace.RoundClosed(
            t_s=world.env.now,
            round=round_number,
            version=world.federation.version,
            participants=len(uploads),
            arrived=sum(upload.brought for upload in uploads),
            staleness=staleness,
            overtaken=len(world.floor.workers),
            coverage=sum(u.coverage for u in uploads) / len(uploads) if uploads else 0.0,
            round_s=world.env.now - start_s,
        )
    )
    if made is None:
        return
    now_s, version = world.env.now, world.federation.version
    world.write(
        trace.ModelUpdated(
            t_s=now_s, version=version, covariance_norm=made.covariance_norm, device_loss=dict(made.device_loss)
        )
    )
    if made.structure is not None:
        world.write(trace.UpdatesMeasured(t_s=now_s, version=version, **dataclasses.asdict(made.structure)))


def _tell_controller(world: World, round_number: int, start_s: float) -> None:
    floor, controller = world.floor, world.scenario.controller
    outcome = Outcome(
        round=round_number,
        round_s=world.env.now - start_s,
        device_s={device: at_s - start_s for device, at_s in floor.finished_s.items()},
    )
    world.control_state = controller.after(world.control_state, outcome, floor.requests)
    measures = controller.measures(world.control_state)
    if measures:
        world.write(trace.Controlled(t_s=world.env.now, round=round_number, measures=measures))


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
    continuous = world.scenario.protocol.continuous
    if world.scenario.stop.rounds is None and not continuous and world.env.now == start_s:
        raise RunError("a round takes no simulated time, so stop.time_s is never reached; give stop.rounds")


def _stop_reason(world: World, round_number: int) -> str | None:
    stop = world.scenario.stop
    if stop.rounds is not None and round_number >= stop.rounds:
        return "rounds"
    return "time" if stop.time_s is not None and world.env.now >= stop.time_s else None


def _target_reason(world: World, score: Score | None) -> str | None:
    target = world.scenario.stop.target_accuracy
    return "target" if target is not None and score is not None and score.accuracy >= target else None
