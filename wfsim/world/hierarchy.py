"""A round of the cloud whose edges run rounds of their own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial

import numpy as np
import simpy

from wfsim import trace
from wfsim.messages import Plan
from wfsim.wired.bundle import HopTransport
from wfsim.world.federation import EdgeUpload
from wfsim.world.guard import guarded
from wfsim.world.world import EdgeWorld, World

EdgeProcess = Generator[simpy.Event, object, EdgeUpload]
OneRound = Callable[[World, int], Generator[simpy.Event, object, bool]]

_RELIABLE = HopTransport(repeats=True, keeps_partial=False)


def serve_edges(world: World, round_number: int, one_round: OneRound) -> Generator[simpy.Event, object, None]:
    """The cloud's version goes to every edge, every edge's update comes back, and the cloud averages them.

    `one_round(edge world, its round's number)` is a round as any server has it.
    """
    start_s = world.env.now
    world.write(
        trace.RoundStarted(
            t_s=start_s,
            round=round_number,
            version=world.federation.version,
            available=len(world.edges),
            cohort=[],
            deadline_s=None,
        )
    )
    arrivals = _send_models(world, round_number)
    turns = [partial(_edge_turn, world, edge, round_number, arrivals[edge.edge], one_round) for edge in world.edges]
    working = [world.env.process(guarded(world, turn())) for turn in turns]
    yield world.env.all_of(working)
    _close(world, round_number, start_s, [process.value for process in working])


def _send_models(world: World, round_number: int) -> dict[str, simpy.Event]:
    return world.fixed.spread(
        name=f"down/{round_number}/edges",
        purpose="model",
        source=world.server,
        targets=tuple(edge.edge for edge in world.edges),
        bits=(bits := _bits(world, world.download_plan)),
        present=np.ones(len(bits), dtype=bool),
        transport=_RELIABLE,
    )


def _bits(world: World, plan: Plan | None) -> np.ndarray:
    if plan is None:
        raise RuntimeError("this world has no edges")
    return world.scenario.radio.packets.packet_bits(plan.fragment_bytes)


def _edge_turn(
    world: World, edge: EdgeWorld, round_number: int, arrival: simpy.Event, one_round: OneRound
) -> EdgeProcess:
    """The edge's rounds are numbered through, so that minibatches and transfers differ from round to round."""
    yield arrival
    edge.federation, edge.taken = world.federation.edge(edge.edge), set()
    count = world.scenario.hierarchy.edge_rounds
    for number in range((round_number - 1) * count + 1, round_number * count + 1):
        yield from one_round(edge, number)
    return (yield from _send_up(world, edge, round_number))


def _send_up(world: World, edge: EdgeWorld, round_number: int) -> EdgeProcess:
    bits = _bits(world, world.edge_plan)
    arrived = np.zeros(len(bits), dtype=bool)
    if edge.federation.version:
        passed = yield world.fixed.carry(
            name=f"edge/{edge.edge}/{round_number}",
            purpose="edge_update",
            source=edge.edge,
            target=world.server,
            bits=bits,
            present=~arrived,
            transport=_RELIABLE,
        )
        arrived = passed.arrived
    devices = tuple(sorted(edge.taken))
    return EdgeUpload(edge=edge.edge, federation=edge.federation, devices=devices, arrived=arrived)


def _close(world: World, round_number: int, start_s: float, uploads: Sequence[EdgeUpload]) -> None:
    made = world.federation.join(uploads)
    now_s, brought = world.env.now, sum(upload.brought for upload in uploads)
    world.write(
        trace.RoundClosed(
            t_s=now_s,
            round=round_number,
            version=world.federation.version,
            participants=len(uploads),
            arrived=brought,
            staleness=[0] * len(uploads),
            overtaken=0,
            coverage=sum(float(upload.arrived.mean()) for upload in uploads) / len(uploads),
            round_s=now_s - start_s,
        )
    )
    if made is not None:
        world.write(
            trace.ModelUpdated(
                t_s=now_s, version=world.federation.version, covariance_norm=made.covariance_norm, device_loss={}
            )
        )
