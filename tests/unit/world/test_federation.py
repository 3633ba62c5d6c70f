"""What a device holds: the newest value it received of every entry."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.aggregate.fedit import FedIt
from wfsim.compress.dense import Dense
from wfsim.learning.adapter import initial_adapter
from wfsim.learning.engine import Engine
from wfsim.learning.workload import build_workload
from wfsim.messages import Adapter
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario
from wfsim.world.federation import Learned


def federation(codec: Dense) -> Learned:
    """A federation of the digits scenario whose engine is never asked to compute."""
    scenario, streams = load_scenario("digits"), Streams(1)
    workload = build_workload(scenario.learning, streams, scenario.topology.device_names())
    return Learned(
        workload=workload,
        streams=streams,
        engine=Engine(compute=lambda chunks: [], chunk_jobs=5),
        try_out=lambda adapter: None,
        aggregator=FedIt(),
        codec=codec,
        download_codec=codec,
        max_fragment_bytes=1472,
        current=initial_adapter(workload.shapes, streams),
    )


def start_of(learned: Learned, device: str) -> np.ndarray:
    return learned.submit(device, 1).job.start.vector()


def test_a_whole_download_is_the_global_adapter() -> None:
    learned = federation(Dense())
    fragments = len(learned.codec.plan(learned.workload.shapes, 1472).fragment_bytes)
    learned.download("d00001", np.ones(fragments, bool))
    np.testing.assert_array_equal(start_of(learned, "d00001"), learned.current.vector())


def test_a_lost_fragment_leaves_the_last_known_values() -> None:
    learned = federation(Dense())
    initial, shapes = learned.current.vector(), learned.workload.shapes
    learned.current, learned.version = Adapter.from_vector(shapes, initial + 1.0), 1
    came = np.ones(len(learned.codec.plan(shapes, 1472).fragment_bytes), bool)
    came[2] = False
    learned.download("d00001", came)
    fragment = learned.codec.encode(learned.current, shapes, 1472).fragments[2]
    lost = learned.codec.decode([fragment], shapes)[1]
    held = start_of(learned, "d00001")
    assert 0 < lost.sum() < shapes.entries
    np.testing.assert_array_equal(held[lost], initial[lost])
    np.testing.assert_array_equal(held[~lost], (initial + 1.0)[~lost])


def test_half_precision_reaches_the_device_rounded() -> None:
    learned = federation(Dense(values="fp16"))
    fragments = len(learned.codec.plan(learned.workload.shapes, 1472).fragment_bytes)
    learned.download("d00001", np.ones(fragments, bool))
    current = learned.current.vector()
    np.testing.assert_array_equal(start_of(learned, "d00001"), current.astype(np.float16).astype(np.float32))
    assert np.any(start_of(learned, "d00001") != current)


def test_two_devices_may_hold_different_adapters() -> None:
    learned = federation(Dense())
    fragments = len(learned.codec.plan(learned.workload.shapes, 1472).fragment_bytes)
    learned.current, learned.version = Adapter.from_vector(learned.workload.shapes, learned.current.vector() + 1.0), 1
    learned.download("d00001", np.ones(fragments, bool))
    learned.download("d00002", np.zeros(fragments, bool))
    assert np.abs(start_of(learned, "d00001") - start_of(learned, "d00002")).max() == pytest.approx(1.0, abs=1e-6)
