"""Tickets and chunks: what is computed, when, and how it is counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from wfsim.learning.engine import Engine, Job, JobCounts, Ticket
from wfsim.learning.trained import Trained
from wfsim.messages import Adapter


class Bench:
    """An engine whose `compute` records chunks and returns each job's round as its delta, ten times it as its loss."""

    def __init__(self, chunk_jobs: int) -> None:
        self.chunks: list[list[str]] = []
        self.engine = Engine(compute=self.compute, chunk_jobs=chunk_jobs)

    def compute(self, chunks: Sequence[Sequence[Job]]) -> list[list[Trained]]:
        self.chunks += [[job.device for job in chunk] for chunk in chunks]
        return [[learned(job.round) for job in chunk] for chunk in chunks]

    def submit(self, *devices: str) -> list[Ticket]:
        start = Adapter(pairs={}, dense={})
        return [
            self.engine.submit(Job(device=d, round=int(d), base_version=0, start=start, batches=())) for d in devices
        ]


def learned(number: int) -> Trained:
    return Trained(delta=Adapter(pairs={}, dense={"h": np.array([number], np.float32)}), loss=10.0 * number)


def test_nothing_is_computed_before_it_is_read() -> None:
    bench = Bench(chunk_jobs=2)
    bench.submit("1", "2")
    assert bench.chunks == []
    assert bench.engine.counts == JobCounts(submitted=2, computed=0, speculative=0)


def test_chunks_follow_the_order_of_submission_whatever_the_order_of_reading() -> None:
    bench = Bench(chunk_jobs=2)
    tickets = bench.submit("1", "2", "3", "4")
    deltas = bench.engine.read(reversed(tickets))
    assert bench.chunks == [["1", "2"], ["3", "4"]]
    assert [delta.dense["h"][0] for delta in deltas] == [4, 3, 2, 1]
    assert [ticket.loss for ticket in tickets] == [10.0, 20.0, 30.0, 40.0]


def test_a_last_chunk_is_filled_on_speculation_and_counted_apart() -> None:
    bench = Bench(chunk_jobs=2)
    tickets = bench.submit("1", "2", "3")
    bench.engine.read([tickets[2]])
    assert bench.chunks == [["3", "1"]]
    assert bench.engine.counts == JobCounts(submitted=3, computed=1, speculative=1)
    bench.engine.read([tickets[0]])
    assert bench.chunks == [["3", "1"]], "what was computed is not computed again"
    assert bench.engine.counts == JobCounts(submitted=3, computed=2, speculative=0)


def test_a_dropped_job_is_never_computed() -> None:
    bench = Bench(chunk_jobs=4)
    tickets = bench.submit("1", "2")
    bench.engine.drop(tickets[0])
    bench.engine.read([tickets[1]])
    assert bench.chunks == [["2"]]
    with pytest.raises(RuntimeError, match="dropped"):
        bench.engine.read([tickets[0]])
