"""What a device holds: the newest value it received of every entry."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.aggregate.fedit import FedIt
from wfsim.compress.dense import Dense
from wfsim.learning.adapter import initial_adapter
from wfsim.learning.engine import Engine
from wfsim.learning.workload import build_workload
from wfsim.messages import Adapter, Assignment
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario
from wfsim.world.encoder import Wire
from wfsim.world.learned import Learned


def federation(codec: Dense) -> Learned:
    """A federation of the digits scenario whose engine is never asked to compute."""
    scenario, streams = load_scenario("digits"), Streams(1)
    workload = build_workload(scenario.learning, streams, scenario.topology.device_names())
    return Learned(
        workload=workload,
        wire=Wire(codec=codec, shapes=workload.shapes, max_fragment_bytes=1472, streams=streams),
        engine=Engine(compute=lambda chunks: [], chunk_jobs=5),
        try_out=lambda adapter: None,
        aggregator=FedIt(),
        download_codec=codec,
        edge_codec=Dense(values="fp32"),
        current=initial_adapter(workload.shapes, streams),
    )


def start_of(learned: Learned, device: str) -> np.ndarray:
    version, rank = learned.version, learned.workload.shapes.rank
    orders = Assignment(device=device, round=1, base_version=version, rank=rank, local_steps=1, deadline_s=None)
    return learned.submit(orders).ticket.job.start.vector()


def moved(learned: Learned) -> None:
    """Version 1 is version 0 plus 1."""
    initial = learned.current.vector()
    learned.current, learned.version = Adapter.from_vector(learned.workload.shapes, initial + 1.0), 1
    learned.holdings.versions[1] = learned.current


def everything(learned: Learned) -> np.ndarray:
    return np.ones(len(learned.wire.plan(None).fragment_bytes), bool)


def test_a_whole_download_is_the_global_adapter() -> None:
    learned = federation(Dense())
    learned.download("d00001", 0, everything(learned))
    np.testing.assert_array_equal(start_of(learned, "d00001"), learned.current.vector())


def test_a_lost_fragment_leaves_the_last_known_values() -> None:
    learned = federation(Dense())
    initial, shapes = learned.current.vector(), learned.workload.shapes
    moved(learned)
    came = everything(learned)
    came[2] = False
    learned.download("d00001", 1, came)
    source = learned.wire.source("server", 1, learned.current)
    fragment = learned.wire.encode(learned.current, None, source).fragments[2]
    lost = learned.wire.codec.decode([fragment], shapes)[1]
    held = start_of(learned, "d00001")
    assert 0 < lost.sum() < shapes.entries
    np.testing.assert_array_equal(held[lost], initial[lost])
    np.testing.assert_array_equal(held[~lost], (initial + 1.0)[~lost])


def test_half_precision_reaches_the_device_rounded() -> None:
    learned = federation(Dense(values="fp16"))
    learned.download("d00001", 0, everything(learned))
    current = learned.current.vector()
    np.testing.assert_array_equal(start_of(learned, "d00001"), current.astype(np.float16).astype(np.float32))
    assert np.any(start_of(learned, "d00001") != current)


def test_two_devices_may_hold_different_adapters() -> None:
    learned = federation(Dense())
    moved(learned)
    learned.download("d00001", 1, everything(learned))
    learned.download("d00002", 1, ~everything(learned))
    assert np.abs(start_of(learned, "d00001") - start_of(learned, "d00002")).max() == pytest.approx(1.0, abs=1e-6)


def test_a_download_that_was_overtaken_brings_the_version_that_was_sent() -> None:
    learned = federation(Dense())
    initial = learned.current.vector()
    moved(learned)
    learned.download("d00001", 0, everything(learned))
    np.testing.assert_array_equal(start_of(learned, "d00001"), initial)


def test_versions_that_nobody_began_with_are_forgotten() -> None:
    learned = federation(Dense())
    moved(learned)
    learned.mark({0, 1})
    assert sorted(learned.holdings.versions) == [0, 1]
    learned.mark({1})
    assert sorted(learned.holdings.versions) == [1]
