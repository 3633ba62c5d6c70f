"""A base that has moved: its digest, and trainers that train and try out on it for one job alone."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from wfsim.learning.adapter import fresh_pairs, initial_adapter
from wfsim.learning.base import Base, digest_of, moved, replaced
from wfsim.learning.engine import Job
from wfsim.learning.peft_trainer import PeftTrainer
from wfsim.learning.stacked_trainer import StackedVitTrainer
from wfsim.learning.start import first_adapter
from wfsim.learning.work_key import chunk_key, score_key
from wfsim.learning.workload import Workload, build_workload
from wfsim.messages import Pair
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

torch = pytest.importorskip("torch")


def pair(seed: int, d_out: int = 4, d_in: int = 5) -> Pair:
    draw = np.random.default_rng(seed)
    return Pair(draw.standard_normal((2, d_in)), draw.standard_normal((d_out, 2)))


def test_changes_add_up_and_whole_deltas_replace() -> None:
    first, second = {"q": pair(1)}, {"q": pair(2), "v": pair(3)}
    base = moved(moved(None, first), second)
    np.testing.assert_allclose(base.deltas["q"], first["q"].b @ first["q"].a + second["q"].b @ second["q"].a, atol=1e-6)
    assert base.deltas["q"].dtype == np.float32
    whole = replaced(base, {"v": np.ones((4, 5), np.float32)})
    assert whole.deltas["q"] is base.deltas["q"] and whole.deltas["v"].sum() == 20.0


def test_the_digest_is_of_the_contents() -> None:
    base = moved(None, {"q": pair(1)})
    assert base.digest == moved(None, {"q": pair(1)}).digest
    others = [moved(None, {"q": pair(2)}), moved(None, {"v": pair(1)}), moved(base, {"v": pair(1)})]
    assert len({digest_of(each) for each in (None, base, *others)}) == 5


def vit_workload(model: str, precision: str = "float64") -> Workload:
    overrides = {
        "learning.engine.precision": precision,
        "learning.local.steps": 3,
        "learning.adapter.target_modules": ["k_proj", "v_proj", "fc2"],
        "learning.model": {"kind": "hugging_face", "path": model},
        "topology.devices": 3,
    }
    scenario = load_scenario("digits", overrides)
    return build_workload(scenario.learning, Streams(1), scenario.topology.device_names())


@pytest.fixture(scope="module")
def workload(make_vit) -> Workload:
    return vit_workload(str(make_vit(hidden_size=32)))


def jobs_of(workload: Workload, bases: list[Base | None]) -> list[Job]:
    local, streams = workload.settings.local, Streams(1)
    start = first_adapter(workload.settings.adapter, workload.shapes, streams)
    return [
        Job(device=d, round=1, base_version=0, start=start, batches=local.batches(streams, d, 1, rows), base=base)
        for (d, rows), base in zip(workload.shards.train.items(), bases, strict=True)
    ]


def base_of(workload: Workload, seed: int) -> Base:
    draw = np.random.default_rng(seed)
    pairs = workload.shapes.pairs
    return Base(deltas={p.name: draw.normal(0.0, 0.1, (p.d_out, p.d_in)).astype(np.float32) for p in pairs})


def test_keys_tell_bases_apart(workload: Workload) -> None:
    base = base_of(workload, 1)
    (first, second, third) = jobs_of(workload, [None, base, base_of(workload, 2)])
    alike = [dataclasses.replace(each, batches=first.batches) for each in (first, second, third)]
    assert len({chunk_key("run", [job]) for job in alike}) == 3
    assert len({score_key("run", first.start, each) for each in (None, base, base_of(workload, 2))}) == 3


@pytest.mark.parametrize("trainer", [StackedVitTrainer, PeftTrainer])
def test_every_job_has_the_base_it_names_whatever_is_beside_it(workload: Workload, trainer) -> None:
    jobs = jobs_of(workload, [base_of(workload, 1), None, base_of(workload, 2)])
    able = trainer(workload)
    together = [learned.delta.vector() for learned in able.train(jobs)]
    alone = [able.train([job])[0].delta.vector() for job in jobs]
    assert [row.tobytes() for row in together] == [row.tobytes() for row in alone]
    plain = able.train([dataclasses.replace(jobs[0], base=None)])[0].delta.vector()
    assert np.abs(plain - alone[0]).max() > 1e-4
    untouched = trainer(workload).train([jobs[1]])[0].delta.vector()
    assert untouched.tobytes() == alone[1].tobytes()


def test_both_trainers_agree_on_a_moved_base(workload: Workload) -> None:
    jobs = jobs_of(workload, [base_of(workload, 1), None, base_of(workload, 2)])
    stacked, general = StackedVitTrainer(workload), PeftTrainer(workload)
    for ours, theirs in zip(stacked.train(jobs), general.train(jobs), strict=True):
        assert np.abs(ours.delta.vector() - theirs.delta.vector()).max() <= 1e-10
    for base in (jobs[0].base, None):
        (ours, _), (theirs, _) = stacked.evaluate(jobs[0].start, base), general.evaluate(jobs[0].start, base)
        assert np.abs(ours - theirs).max() <= 1e-10


def test_trying_out_on_a_moved_base_leaves_the_base_alone(workload: Workload) -> None:
    job = jobs_of(workload, [None, None, None])[0]
    for trainer in (StackedVitTrainer(workload), PeftTrainer(workload)):
        before, _ = trainer.evaluate(job.start)
        there, _ = trainer.evaluate(job.start, base_of(workload, 1))
        after, _ = trainer.evaluate(job.start)
        assert after.tobytes() == before.tobytes() != there.tobytes()


def test_in_float32_a_job_has_its_bits_beside_any_other(make_vit) -> None:
    workload = vit_workload(str(make_vit(hidden_size=32)), "float32")
    jobs = jobs_of(workload, [base_of(workload, 1), None, base_of(workload, 2)])
    able = StackedVitTrainer(workload)
    together = [learned.delta.vector().tobytes() for learned in able.train(jobs)]
    assert together == [able.train([job])[0].delta.vector().tobytes() for job in jobs]


def test_the_packed_trainer_of_texts_agrees_with_pefts_on_a_moved_base(text_model, texts_csv) -> None:
    from wfsim.learning.text_trainer import PackedTextTrainer

    overrides = {
        "learning.engine.precision": "float64",
        "learning.local": {"steps": 3, "batch_size": 4},
        "learning.adapter.target_modules": ["query", "value", "intermediate.dense"],
        "learning.model": {"kind": "hugging_face", "path": str(text_model("bert")), "max_tokens": 8},
        "learning.data": {"kind": "csv", "path": str(texts_csv), "test_examples": 30},
        "topology.devices": 3,
    }
    scenario = load_scenario("digits", overrides)
    workload = build_workload(scenario.learning, Streams(1), scenario.topology.device_names())
    jobs = jobs_of(workload, [base_of(workload, 1), None, base_of(workload, 2)])
    packed, general = PackedTextTrainer(workload), PeftTrainer(workload)
    for ours, theirs in zip(packed.train(jobs), general.train(jobs), strict=True):
        assert np.abs(ours.delta.vector() - theirs.delta.vector()).max() <= 1e-10
    for base in (jobs[0].base, None):
        (ours, _), (theirs, _) = packed.evaluate(jobs[0].start, base), general.evaluate(jobs[0].start, base)
        assert np.abs(ours - theirs).max() <= 1e-10


def test_a_new_beginning_follows_from_seed_and_version(workload: Workload) -> None:
    shapes = workload.shapes
    first = fresh_pairs(shapes, Streams(1), 1)
    for again, same in ((fresh_pairs(shapes, Streams(1), 1), True), (fresh_pairs(shapes, Streams(2), 1), False)):
        assert all(np.array_equal(again[name].a, first[name].a) == same for name in first)
    others = [fresh_pairs(shapes, Streams(1), 2), initial_adapter(shapes, Streams(1)).pairs]
    assert not any(np.array_equal(other[name].a, first[name].a) for other in others for name in first)
    for pair in shapes.pairs:
        a, b = first[pair.name]
        assert not b.any() and a.dtype == np.float32 and 0.9 < np.abs(a).max() * np.sqrt(pair.d_in) <= 1.0
