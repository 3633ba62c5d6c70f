"""Where devices ask for their share of the band and are answered, each at once or all together."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace

import simpy

from wfsim import trace
from wfsim.messages import Assignment, Candidate, Grant, Request
from wfsim.radio.packets import Packets
from wfsim.world.candidates import snr_db_at
from wfsim.world.cell import Cell, by_cell
from wfsim.world.messaging import send_grants, send_request
from wfsim.world.turn import Turn
from wfsim.world.world import World

Answer = Generator[simpy.Event, object, Grant | None]


class Desk:
    """Serves one cohort. Under a controller that asks, grants leave together when every request is in that can still
    come, or `answers_after_s` after the round's start; requests that come later are answered one at a time."""

    def __init__(self, world: World, cohort: Sequence[Candidate], wave: int | str) -> None:
        self._world, self._cohort, self._wave, self._start_s = world, cohort, wave, world.env.now
        self._controller = rule = world.scenario.controller
        # Whether an answer says more than a fixed share of the band: then both are journaled.
        self._decides = rule.asks or rule.reads_scores or rule.grants_ranks or rule.may_hold
        self._members: dict[str, list[Candidate]] = {}
        for member in cohort:
            self._members.setdefault(world.home[member.device].station, []).append(member)
        self._expected = {member.device for member in cohort}
        self._asked: dict[str, tuple[Request, simpy.Event]] = {}
        self._batches, self._closed, self._shut = 0, False, False
        if self._controller.asks and (after_s := self._controller.answers_after_s) is not None:
            world.env.timeout(after_s).callbacks.append(lambda _: self._close())

    def ask(self, assignment: Assignment, turn: Turn) -> Answer:
        """A device's request and its answer; None if the device was stopped meanwhile."""
        request = self._request(assignment, turn)
        if self._decides:
            self._write_request(request)
        if not self._controller.asks:
            return self._grant_at_once(request)
        scores = len(request.dropped or ())
        cell = self._world.home[request.device]
        weight = self._share_of_all(cell) / len(self._members[cell.station])
        sent = yield from send_request(self._world, assignment, scores, weight)
        worker = self._world.floor.workers[request.device]
        return None if sent is None or worker.fate is not None else (yield from self._answer(request))

    def withdraw(self, device: str) -> None:
        """This device will not ask any more."""
        self._expected.discard(device)
        self._asked.pop(device, None)
        self._answer_if_all_are_in()

    def shut(self) -> None:
        """The round is over: nobody is answered any more."""
        self._shut = True

    def _answer(self, request: Request) -> Answer:
        answered = self._world.env.event()
        self._asked[request.device] = (request, answered)
        self._answer_if_all_are_in()
        try:
            return (yield answered)
        except simpy.Interrupt:
            return None

    def _close(self) -> None:
        self._closed = True
        self._answer_if_all_are_in()

    def _answer_if_all_are_in(self) -> None:
        if self._asked and not self._shut and (self._closed or self._expected == self._asked.keys()):
            asked = [self._asked.pop(device) for device in sorted(self._asked)]
            self._expected -= {request.device for request, _ in asked}
            self._send(asked)

    def _send(self, asked: list[tuple[Request, simpy.Event]]) -> None:
        grants = {grant.device: grant for grant in self._grants([request for request, _ in asked])}
        answered = {request.device: event for request, event in asked}
        self._batches += 1
        for cell, devices in by_cell(self._world.home, answered).values():
            sent = send_grants(self._world, cell, f"{self._wave}/{self._batches}", devices)
            for device in devices:
                sent.callbacks.append(lambda _, device=device: answered[device].succeed(grants[device]))

    def _grant_at_once(self, request: Request) -> Grant:
        """The answer to one alone."""
        answers = self._answers(self._world.home[request.device], [request])
        self._note([request], answers)
        return answers[0]

    def _grants(self, requests: Sequence[Request]) -> list[Grant]:
        """Answers in the order of the requests. Every cell's band is its own and is divided on its own."""
        asking, grants = {request.device: request for request in requests}, dict[str, Grant]()
        for cell, devices in by_cell(self._world.home, asking).values():
            answers = self._answers(cell, [asking[device] for device in devices])
            grants |= {grant.device: grant for grant in answers}
        answers = [grants[request.device] for request in requests]
        self._note(requests, answers)
        return answers

    def _note(self, requests: Sequence[Request], answers: Sequence[Grant]) -> None:
        """These were answered so, now."""
        self._world.floor.requests += requests
        if self._decides:
            self._write_grants(requests, answers)

    def _answers(self, cell: Cell, requests: Sequence[Request]) -> list[Grant]:
        world, here = self._world, self._members[cell.station]
        answers = self._controller.grants(requests, here, world.setting_of(cell), world.control_state)
        share = self._share_of_all(cell)
        if share == 1.0:
            return answers
        return [replace(answer, band_weight=answer.band_weight * share) for answer in answers]

    def _share_of_all(self, cell: Cell) -> float:
        """The cohort's part of a cell's band: others may be at work for longer, each with as much right to it."""
        members = len(self._members[cell.station])
        return members / max(members, self._world.floor.busy[cell.station])

    def _request(self, assignment: Assignment, turn: Turn) -> Request:
        world, device = self._world, assignment.device
        dropped, bits = (None, None)
        if self._controller.reads_scores:
            dropped = tuple(world.federation.dropped_energy(turn).tolist())
            bits = self._upload_bits(world.home[device].up.packets, len(dropped), turn.base_version)
        return Request(
            device=device,
            round=assignment.round,
            snr_db=self._known_snr_db(assignment) if self._controller.reads_csi else math.nan,
            elapsed_s=world.env.now - self._start_s,
            dropped=dropped,
            upload_bits=bits,
            band_free=world.home[device].up.medium.free_share(world.env.now),
        )

    def _known_snr_db(self, assignment: Assignment) -> float:
        world, device = self._world, assignment.device
        return self._controller.csi.known_snr_db(
            world.streams,
            device,
            assignment.round,
            world.env.now,
            lambda t_s: snr_db_at(world, device, t_s),
            world.mean_snr_db[device],
        )

    def _upload_bits(self, packets: Packets, ranks: int, version: int) -> tuple[float, ...]:
        """Packets on the air if 1, 2, ... ranks were kept."""
        plans = [self._world.wire.plan(keep, version) for keep in range(1, ranks + 1)]
        sizes = [packets.packet_bits(plan.fragment_bytes) for plan in plans if plan is not None]
        return tuple(float(bits.sum()) for bits in sizes)

    def _write_request(self, request: Request) -> None:
        self._world.write(
            trace.Requested(
                t_s=self._world.env.now,
                device=request.device,
                round=request.round,
                elapsed_s=request.elapsed_s,
                snr_db=request.snr_db if math.isfinite(request.snr_db) else None,
                dropped=None if request.dropped is None else list(request.dropped),
            )
        )

    def _write_grants(self, requests: Iterable[Request], grants: Iterable[Grant]) -> None:
        for request, grant in zip(requests, grants, strict=True):
            self._world.write(
                trace.Granted(
                    t_s=self._world.env.now,
                    device=grant.device,
                    round=request.round,
                    band_weight=grant.band_weight,
                    keep=grant.keep,
                    send=grant.send,
                )
            )
