from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.units import linear_to_db
from wfsim.world.build import build_world
from wfsim.world.candidates import candidates_among
from wfsim.world.world import World


def _world(**radio: Any) -> World:
    fields = {"topology": {"kind": "cell", "devices": 4}, "learning": {"kind": "none", "data": "digits"}}
    return build_world(Scenario.model_validate({**fields, "radio": radio}), Journal())


@pytest.mark.parametrize("engine", ["bulk", "reference"])
@pytest.mark.parametrize(("now_s", "block"), [(0.0, -1), (0.119, 1), (0.12, 2)])
def test_a_candidate_is_known_as_of_the_age_of_the_knowledge(engine: str, now_s: float, block: int) -> None:
    """csi_age_s = 0.02 and blocks of 0.05 s."""
    world = _world(link={"csi_age_s": 0.02}, packets={"engine": engine})
    world.env.run(until=now_s) if now_s else None
    known = candidates_among(world, world.devices[::2])
    gains = world.cells[0].up.medium.channel.paths.block_gains(np.array([0, 2]), block, 1)[:, 0]
    assert [each.device for each in known] == list(world.devices[::2])
    assert [each.mean_snr_db for each in known] == [world.mean_snr_db[name] for name in world.devices[::2]]
    expected = [each.mean_snr_db + gain for each, gain in zip(known, linear_to_db(gains))]
    assert [each.snr_db for each in known] == pytest.approx(expected, abs=1e-9)


def test_upload_bits_count_headers() -> None:
    world = _world(fading="none")
    (first, *_), plan = candidates_among(world, world.devices), world.wire.plan(None)
    assert first.upload_bits == 8 * (sum(plan.fragment_bytes) + 28 * len(plan.fragment_bytes))
    assert first.snr_db == pytest.approx(first.mean_snr_db, abs=1e-9)
