"""What a deadline cuts off is the least important part of an upload."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wfsim import factors
from wfsim.messages import Adapter, Pair
from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute
from wfsim.world.learned import Learned
from wfsim.world.turn import Turn, Upload
from wfsim.world.world import World

Line = dict[str, Any]

RADIO = {
    "bandwidth_hz": 4.0e4,
    "fading": "none",
    "transport": "unreliable",
    "packets": {"mtu_bytes": 200},
    "downlink": {"codec": {"values": "int8"}},
}


FIELDS = {
    "topology": {"kind": "placed", "devices": [{"name": "a", "distance_m": 200.0}, {"name": "b", "distance_m": 220.0}]},
    "radio": RADIO,
    "devices": {"compute": "instant"},
    "learning": {"data": "digits", "local": {"steps": 4}, "adapter": {"rank": 8}},
    "stop": {"rounds": 1},
}


def play(**fields: Any) -> tuple[World, list[Line]]:
    lines: list[Line] = []
    world = build_world(Scenario.model_validate({**FIELDS, **fields}), Journal([lines.append]))
    execute(world)
    return world, [line for line in lines if line["type"] == "transfer_ended" and line["purpose"] == "update"]


@pytest.mark.parametrize(
    "codec",
    [
        {"kind": "soft", "keep": 4},
        {"kind": "soft", "scope": "global", "keep": 4},
        {"kind": "top_k", "keep_share": 0.2},
    ],
)
def test_a_cut_upload_delivers_exactly_its_first_fragments(codec: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without losses: those that had flown when the round closed, in order of sending, and nothing else is averaged."""
    _, whole = play(codec=codec)
    halfway_s = max(0.5 * (line["start_s"] + line["t_s"]) for line in whole)
    uploads: list[Upload] = []
    aggregate = Learned.aggregate
    monkeypatch.setattr(Learned, "aggregate", lambda self, came: (uploads.extend(came), aggregate(self, came))[1])
    world, ended = play(codec=codec, protocol={"kind": "deadline", "round_s": halfway_s})
    lost = {line["device"]: line["lost"] for line in ended}
    assert len(uploads) == 2 and all(line["cut"] for line in ended)
    for upload in uploads:
        first, count = int(upload.arrived.sum()), len(upload.arrived)
        assert 1 < first < count and lost[upload.turn.device] == list(range(first, count))
        fragments = world.federation.encoder.payload(upload.turn).fragments
        expected = world.scenario.codec.decode(fragments[:first], world.workload.shapes)
        for found, right in zip(world.federation.encoder.decoded(upload.turn), expected, strict=True):
            np.testing.assert_array_equal(found, right)
        assert falls(world, upload.turn)


def falls(world: World, turn: Turn) -> bool:
    """Whether what the fragments behind the head change in the matrices falls from third to third."""
    shapes, start = world.workload.shapes, turn.ticket.job.start
    fragments = world.federation.encoder.payload(turn).fragments
    decoded = [Adapter.from_vector(shapes, world.scenario.codec.decode([f], shapes)[0]) for f in fragments]
    moved = [sum(_change(start.pairs[name], pair) for name, pair in values.pairs.items()) for values in decoded]
    best, middle, worst = (float(np.mean(part)) for part in np.array_split([change for change in moved if change], 3))
    return best > middle > worst


def _change(start: Pair, delta: Pair) -> float:
    return float(factors.squared_changes(start.b, start.a, delta.b, delta.a).sum())
