from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute
from wfsim.world.federation import TimingOnly
from wfsim.world.server import serve
from wfsim.world.world import World

Line = dict[str, Any]


def _world(**fields: Any) -> tuple[World, list[Line]]:
    lines: list[Line] = []
    scenario = Scenario.model_validate(
        {
            "topology": {"kind": "cell", "devices": 3},
            "stop": {"rounds": 1},
            "learning": {"kind": "none", "data": "digits"},
            **fields,
        }
    )
    return build_world(scenario, Journal([lines.append])), lines


class _Remembers(TimingOnly):
    """What each device was told to hold, in order."""

    def __init__(self, world: World) -> None:
        before = world.federation
        assert isinstance(before, TimingOnly)
        super().__init__(wire=before.wire, spectrum=before.spectrum, outbox=before.outbox)
        self.held: dict[str, list[NDArray[np.bool_]]] = {}

    def download(self, device: str, version: int, fragments: NDArray[np.bool_]) -> None:
        self.held.setdefault(device, []).append(fragments)


def _late_download(transport: str) -> tuple[_Remembers, list[Line]]:
    """A round that closes while the global adapter is still on the air."""
    downlink = {"kind": "unicast", "transport": transport}
    world, lines = _world(protocol={"kind": "deadline", "round_s": 0.1}, radio={"downlink": downlink})
    world.federation = _Remembers(world)
    execute(world)
    assert {line["phase"] for line in lines if line["type"] == "device_late"} == {"download"}
    return world.federation, lines


def test_a_late_device_keeps_what_had_arrived_of_its_download() -> None:
    federation, lines = _late_download("unreliable")
    for line in (line for line in lines if line["type"] == "transfer_ended"):
        (fragments,) = federation.held[line["device"]]
        assert np.flatnonzero(~fragments).tolist() == line["lost"] and line["outcome"] == "partial"


def test_a_late_device_keeps_nothing_of_a_reliable_download() -> None:
    federation, _ = _late_download("reliable")
    assert not any(fragments.any() for (fragments,) in federation.held.values())


@pytest.mark.parametrize("round_s", [0.5, 1.5])
def test_a_cut_computation_draws_its_share_of_energy(round_s: float) -> None:
    world, lines = _world(protocol={"kind": "deadline", "round_s": round_s})
    execute(world)
    for line in (line for line in lines if line["type"] == "compute_ended" and not line["finished"]):
        device = line["device"]
        started = next(s for s in lines if s["type"] == "compute_started" and s["device"] == device)
        spent_s = round_s - started["t_s"]
        share = spent_s * world.flops_per_s[device] / started["flops"]
        whole_j = world.scenario.devices.energy.compute_j(started["flops"], world.flops_per_s[device], spent_s / share)
        assert line["compute_s"] == pytest.approx(spent_s) and line["energy_j"] == pytest.approx(share * whole_j)
    assert any(line["type"] == "device_late" and line["phase"] == "compute" for line in lines)


def test_an_abandoned_world_writes_nothing_more() -> None:
    """Processes that are thrown away while they compute have not been cut by anybody."""
    world, lines = _world()
    world.env.process(serve(world))
    while not any(line["type"] == "compute_started" for line in lines):
        world.env.step()
    before = list(lines)
    del world
    gc.collect()
    assert lines == before
