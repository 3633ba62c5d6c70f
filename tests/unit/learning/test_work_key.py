from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import wfsim
from wfsim.learning import work_key
from wfsim.learning.adapter import initial_adapter
from wfsim.learning.engine import Job
from wfsim.learning.masks import trained_entries
from wfsim.learning.work_key import chunk_key, score_key, work_identity
from wfsim.learning.workload import build_workload
from wfsim.rng import Streams

BATCHES = (np.arange(4), np.arange(4, 8))


def workload(**overrides):
    scenario = wfsim.load_scenario("digits", {"topology.devices": 2, **overrides})
    return build_workload(scenario.learning, Streams(1), scenario.topology.device_names())


def job(seed: int = 1, batches=BATCHES, device: str = "d00001", rank: int | None = None) -> Job:
    shapes = workload().shapes
    start, trains = initial_adapter(shapes, Streams(seed)), trained_entries(shapes, rank)
    return Job(device=device, round=1, base_version=0, start=start, batches=batches, trains=trains)


@pytest.mark.parametrize(
    "overrides",
    [
        {"learning.adapter.alpha": 3.0},
        {"learning.local.optimizer.lr": 0.5},
        {"learning.local.batch_size": 4},
        {"learning.local.penalty": "off_diagonal"},
        {"learning.adapter.factors": "b"},
        {"learning.engine.precision": "float64"},
        {"learning.data": "mnist5k"},
        {"learning.data.test_examples": 100},
    ],
)
def test_what_decides_the_bits_is_in_the_identity(overrides) -> None:
    assert work_identity(workload(**overrides), "code") != work_identity(workload(), "code")


def test_code_and_machine_are_in_the_identity(monkeypatch) -> None:
    before = work_identity(workload(), "code")
    assert work_identity(workload(), "other") != before
    monkeypatch.setattr(work_key, "machine", lambda: {"torch": "0.0"})
    assert work_identity(workload(), "code") != before


def test_the_machine_names_torch_and_the_processor() -> None:
    assert {"processor", "torch", "numpy", "tokenizers", "pillow"} <= work_key.machine().keys()


def test_the_card_is_in_the_identity_where_it_computes(monkeypatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    found = set()
    for card in ("one", "other"):
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda card=card: card)
        found |= {work_identity(workload(**{"learning.engine.device": name}), "") for name in ("cpu", "cuda")}
    assert len(found) == 3


@pytest.mark.parametrize("overrides", [{"learning.engine.chunk_workers": 1}, {"learning.partition": "iid"}])
def test_what_decides_no_bit_is_not(overrides) -> None:
    assert work_identity(workload(**overrides), "code") == work_identity(workload(), "code")


def test_a_chunk_is_its_ordered_jobs() -> None:
    one, other = job(), job(seed=2)
    keys = {
        chunk_key("i", [one]),
        chunk_key("j", [one]),
        chunk_key("i", [other]),
        chunk_key("i", [one, other]),
        chunk_key("i", [other, one]),
        chunk_key("i", [job(batches=BATCHES[::-1])]),
        chunk_key("i", [job(batches=(np.arange(8),))]),
        chunk_key("i", [job(batches=(np.arange(3), np.arange(3, 8)))]),
        chunk_key("i", [job(rank=1)]),
        chunk_key("i", [job(rank=2)]),
        chunk_key("i", [job(rank=1), one]),
        score_key("i", one.start),
        score_key("i", other.start),
    }
    assert len(keys) == 13


def test_who_trains_and_when_is_not_in_the_key() -> None:
    assert chunk_key("i", [dataclasses.replace(job(), device="x", round=9)]) == chunk_key("i", [job()])
