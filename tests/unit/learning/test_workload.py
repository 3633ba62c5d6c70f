from __future__ import annotations

import wfsim
from wfsim.learning.flops import training_flops
from wfsim.learning.workload import Workload, build_workload
from wfsim.rng import Streams


def workload(**overrides) -> Workload:
    scenario = wfsim.load_scenario("digits", {"topology.devices": 2, **overrides})
    return build_workload(scenario.learning, Streams(1), scenario.topology.device_names())


def test_fewer_steps_and_ranks_take_fewer_operations() -> None:
    work, device = workload(), "d00001"
    steps, each = work.steps(device), training_flops(work.encoder, work.shapes)
    assert work.flops(device) == work.flops(device, steps) == work.flops(device, steps, work.shapes.rank)
    examples = work.settings.local.example_count(work.examples(device), 1)
    assert work.flops(device, 1) == examples * each < work.flops(device)
    assert work.flops(device, 1, 1) == examples * training_flops(work.encoder, work.shapes, 1) < work.flops(device, 1)


def test_frozen_a_takes_fewer_operations() -> None:
    assert workload(**{"learning.adapter.factors": "b"}).flops("d00001") < workload().flops("d00001")
