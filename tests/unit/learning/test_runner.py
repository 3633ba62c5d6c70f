"""Chunks through the runner: what is learned and how large the loss was, computed once and found again."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import wfsim
from wfsim.learning.engine import Engine, Job
from wfsim.learning.masks import trained_entries
from wfsim.learning.runner import Runner
from wfsim.learning.start import first_adapter
from wfsim.learning.work import Work, work_counts
from wfsim.learning.work_store import WorkStore
from wfsim.learning.workload import build_workload
from wfsim.rng import Streams

pytest.importorskip("torch")
SCENARIO = wfsim.load_scenario("digits", {"topology.devices": 3, "learning.local.steps": 2})
WORKLOAD = build_workload(SCENARIO.learning, Streams(1), SCENARIO.topology.device_names())


def jobs() -> list[Job]:
    start, streams = first_adapter(WORKLOAD.settings.adapter, WORKLOAD.shapes, Streams(1)), Streams(1)
    local, shards = WORKLOAD.settings.local, WORKLOAD.shards.train
    return [
        Job(device=d, round=1, base_version=0, start=start, batches=local.batches(streams, d, 1, indices))
        for d, indices in shards.items()
    ]


def runner(tmp_path) -> Runner:
    return Runner(WORKLOAD, Work(own=WorkStore(tmp_path / "work"), log=tmp_path / "log"))


def test_deltas_and_losses_are_kept_and_found_to_the_bit(tmp_path) -> None:
    (first,), (again,) = (runner(tmp_path).compute([jobs()]) for _ in range(2))
    assert work_counts(tmp_path / "log")["chunks_computed"] == 1
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.delta.vector(), other.delta.vector())
        assert one.loss == other.loss > 0.0 and isinstance(other.loss, float)
    assert len({learned.loss for learned in first}) == 3


def test_a_mask_is_another_chunk(tmp_path) -> None:
    whole = jobs()
    part = [dataclasses.replace(job, trains=trained_entries(WORKLOAD.shapes, 1)) for job in whole]
    computed = runner(tmp_path).compute([whole, part])
    assert work_counts(tmp_path / "log")["chunks_computed"] == 2
    assert not np.array_equal(computed[0][0].delta.vector(), computed[1][0].delta.vector())


def test_tickets_get_both(tmp_path) -> None:
    engine = Engine(compute=runner(tmp_path).compute, chunk_jobs=2)
    tickets = [engine.submit(job) for job in jobs()]
    assert all(ticket.loss is None for ticket in tickets)
    deltas = engine.read(tickets)
    assert all(ticket.delta is delta and ticket.loss > 0.0 for ticket, delta in zip(tickets, deltas, strict=True))
