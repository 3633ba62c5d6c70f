"""The packed trainer of the BERT family is PEFT's training: mixed ranks, ragged texts, cache and buckets on and off."""

from __future__ import annotations

import dataclasses
import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from wfsim.learning.adapter import initial_adapter
from wfsim.learning.base import Base
from wfsim.learning.engine import Job
from wfsim.learning.masks import trained_entries
from wfsim.learning.peft_trainer import PeftTrainer
from wfsim.learning.text_trainer import PackedTextTrainer, can_train_packed
from wfsim.learning.trainer import make_trainer
from wfsim.learning.workload import Workload, build_workload
from wfsim.messages import Adapter
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

torch = pytest.importorskip("torch")
pytest.importorskip("peft")
transformers = pytest.importorskip("transformers")

TOLERANCE = {"float64": 1e-10, "float32": 1e-5}
SGD = {"kind": "sgd", "lr": 0.05, "momentum": 0.9}
WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
TARGETS = {
    "everything": "all-linear",
    "queries and values": ["query", "value"],
    "top layer": ["layer.2.attention.self.key", "layer.2.intermediate.dense", "layer.2.output.dense"],
    "top two layers": [f"layer.{i}.{name}" for i in (1, 2) for name in ("attention.self.value", "output.dense")],
    "feed-forward of one layer": ["layer.1.output.dense"],
    "pooler": ["bert.pooler.dense"],
}
CACHES = {"cache": 2**20, "some": 300_000, "none": 0}
FAST = [
    *((name, "cache", True) for name in TARGETS),
    *(("top two layers", *c) for c in [("some", False), ("none", True)]),
]
CASES = [
    pytest.param(*case, marks=() if case in FAST else pytest.mark.slow)
    for case in itertools.product(TARGETS, CACHES, (True, False))
]


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """Three layers, with the pooler that comes with a plain BertModel."""
    folder, vocabulary = tmp_path_factory.mktemp("bert"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    config = transformers.BertConfig(
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=48,
        vocab_size=len(vocabulary),
        max_position_embeddings=24,
        initializer_range=0.2,
    )
    with torch.random.fork_rng():
        torch.manual_seed(1)
        transformers.BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    return folder


@pytest.fixture(scope="module")
def texts(tmp_path_factory) -> Path:
    """160 texts of 1 to 30 words; the longest are cut."""
    generator, path = np.random.default_rng(2), tmp_path_factory.mktemp("ragged") / "texts.csv"
    rows = [(generator.choice(WORDS, generator.integers(1, 31)), generator.integers(3)) for _ in range(160)]
    path.write_text("text,label\n" + "".join(f"{' '.join(words)},class{label}\n" for words, label in rows))
    return path


@pytest.fixture
def make(model, texts):
    """A function that builds the workload under some settings of `learning`."""

    def made(folder: Path = model, **settings) -> Workload:
        overrides = {f"learning.{key.replace('__', '.')}": value for key, value in settings.items()}
        fixed = {
            "learning.model": {"kind": "hugging_face", "path": str(folder), "max_tokens": 24},
            "learning.data": {"kind": "csv", "path": str(texts), "test_examples": 40},
            "learning.local": {"batch_size": 8, "steps": 5, "optimizer": SGD},
            "topology.devices": 6,
        }
        scenario = load_scenario("digits", {**fixed, **overrides})
        return build_workload(scenario.learning, Streams(1), scenario.topology.device_names())

    return made


def jobs_of(workload: Workload, count: int = 2) -> list[Job]:
    """Jobs that start from a random adapter whose B is not zero; every second trains two ranks only."""
    local, start = workload.settings.local, initial_adapter(workload.shapes, Streams(1)).vector()
    start = start + np.random.default_rng(5).normal(0.0, 0.05, len(start)).astype(np.float32)
    shards = list(workload.shards.train.items())[:count]
    return [
        Job(
            device=device,
            round=1,
            base_version=0,
            start=Adapter.from_vector(workload.shapes, start),
            batches=local.batches(Streams(1), device, 1, indices),
            trains=trained_entries(workload.shapes, 2) if number % 2 and workload.shapes.pairs else None,
        )
        for number, (device, indices) in enumerate(shards)
    ]


def vectors(learned) -> list[np.ndarray]:
    return [each.delta.vector() for each in learned]


def assert_equal_peft(workload: Workload, tolerance: float, jobs: list[Job] | None = None) -> None:
    jobs = jobs or jobs_of(workload)
    assert can_train_packed(workload)
    ours, theirs = PackedTextTrainer(workload), PeftTrainer(workload)
    for mine, expected in zip(ours.train(jobs), theirs.train(jobs), strict=True):
        assert np.abs(mine.delta.vector() - expected.delta.vector()).max() <= tolerance
        assert np.abs(expected.delta.vector()).max() > 1e-3
        assert abs(mine.loss - expected.loss) <= tolerance
    (losses, hits), (expected, theirs_hit) = (t.evaluate(jobs[0].start, jobs[0].base) for t in (ours, theirs))
    assert np.abs(losses - expected).max() <= tolerance
    assert np.array_equal(hits, theirs_hit) and 0 < hits.sum() < len(hits)


@pytest.mark.parametrize(("targets", "cache", "buckets"), CASES, ids=str)
def test_five_ragged_steps_equal_peft(make, targets, cache, buckets) -> None:
    cache_bytes, targets = CACHES[cache], TARGETS[targets]
    options = {"engine__buckets": buckets, "engine__prefix_cache_bytes": cache_bytes, "engine__precision": "float64"}
    assert_equal_peft(make(adapter__target_modules=targets, **options), TOLERANCE["float64"])


@pytest.mark.parametrize(
    "targets", ["top two layers", *(pytest.param(t, marks=pytest.mark.slow) for t in ("everything", "pooler"))]
)
def test_five_ragged_steps_equal_peft_in_single_precision(make, targets) -> None:
    assert_equal_peft(make(adapter__target_modules=TARGETS[targets]), TOLERANCE["float32"])


MEAN_CASES = {
    "everything": {"adapter__target_modules": "all-linear"},
    "everything, padded": {"adapter__target_modules": "all-linear", "engine__buckets": False},
    "top layer, without a cache": {
        "adapter__target_modules": TARGETS["top layer"],
        "engine__prefix_cache_bytes": 0,
    },
    "top layer, padded": {"adapter__target_modules": TARGETS["top layer"], "engine__buckets": False},
    "head": {"adapter": {"method": "head"}},
    "head, padded": {"adapter": {"method": "head"}, "engine__buckets": False},
}


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("case", MEAN_CASES)
def test_five_ragged_steps_over_mean_pooled_tokens_equal_peft(make, model, case, precision) -> None:
    mean = {"model": {"kind": "hugging_face", "path": str(model), "max_tokens": 24, "pooling": "mean"}}
    assert_equal_peft(make(**mean, **MEAN_CASES[case], engine__precision=precision), TOLERANCE[precision])


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert"])
def test_mean_pooling_of_other_members_of_the_family_equals_peft(make, text_model, texts_csv, family) -> None:
    data = {"kind": "csv", "path": str(texts_csv), "test_examples": 30}
    mean = {"model": {"kind": "hugging_face", "path": str(text_model(family)), "max_tokens": 24, "pooling": "mean"}}
    assert_equal_peft(make(**mean, data=data, engine__precision="float64"), TOLERANCE["float64"])


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert"])
def test_other_members_of_the_family_equal_peft(make, text_model, texts_csv, family) -> None:
    data = {"kind": "csv", "path": str(texts_csv), "test_examples": 30}
    workload = make(text_model(family), data=data, engine__precision="float64")
    assert_equal_peft(workload, TOLERANCE["float64"])


def test_penalty_and_proximal_term_equal_peft(make) -> None:
    terms = {"local__penalty": {"kind": "off_diagonal", "weight": 0.1}, "local__proximal": 0.5}
    assert_equal_peft(make(**terms, engine__precision="float64"), TOLERANCE["float64"])


@pytest.mark.parametrize("adapter", [{"factors": "b"}, {"method": "head"}], ids=str)
def test_frozen_factors_and_a_head_alone_equal_peft(make, adapter) -> None:
    assert_equal_peft(make(adapter=adapter, engine__precision="float64"), TOLERANCE["float64"])


def test_a_moved_base_equals_peft_and_leaves_the_next_job_alone(make) -> None:
    workload = make(adapter__target_modules=TARGETS["top two layers"], engine__precision="float64")
    generator = np.random.default_rng(7)
    deltas = {
        pair.name: generator.normal(0.0, 0.1, (pair.d_out, pair.d_in)).astype(np.float32)
        for pair in workload.shapes.pairs[:3]
    }
    plain = jobs_of(workload)
    moved = [dataclasses.replace(job, base=Base(deltas=deltas)) for job in plain]
    assert_equal_peft(workload, TOLERANCE["float64"], moved)
    ours = PackedTextTrainer(workload)
    first, (_, second), third = (vectors(ours.train(jobs)) for jobs in (plain, [*moved[:1], *plain[1:]], plain))
    assert np.array_equal(first[1], second) and all(map(np.array_equal, first, third))


@pytest.mark.parametrize("cache_bytes", [2**20, 150_000], ids=["cache", "some"])
def test_results_depend_neither_on_order_nor_on_threads_nor_on_what_was_computed_before(make, cache_bytes) -> None:
    workload = make(adapter__target_modules=TARGETS["top two layers"], engine__prefix_cache_bytes=cache_bytes)
    jobs = jobs_of(workload, 6)
    first = PackedTextTrainer(workload)
    together, scores = vectors(first.train(jobs)), first.evaluate(jobs[0].start)
    other = PackedTextTrainer(workload, workers=3)
    scores_again = other.evaluate(jobs[0].start)
    with ThreadPoolExecutor(4) as pool:
        apart = [vectors(learned)[0] for learned in pool.map(other.train, [[job] for job in jobs[::-1]])]
    assert all(np.array_equal(a, b) for a, b in zip(together, apart[::-1], strict=True))
    assert all(map(np.array_equal, scores, scores_again))


def test_evaluation_is_the_same_to_the_bit_with_and_without_a_cache(make) -> None:
    settings = {"adapter__target_modules": TARGETS["top two layers"]}
    kept, fresh = (PackedTextTrainer(make(**settings, engine__prefix_cache_bytes=size)).evaluate for size in (2**20, 0))
    start = jobs_of(make(**settings))[0].start
    assert all(np.array_equal(a, b) and np.array_equal(a, c) for a, b, c in zip(kept(start), fresh(start), kept(start)))


def test_the_cache_keeps_within_its_budget(make) -> None:
    workload = make(adapter__target_modules=TARGETS["top two layers"], engine__prefix_cache_bytes=150_000)
    trainer = PackedTextTrainer(workload)
    trainer.train(jobs_of(workload, 6))
    trainer.evaluate(jobs_of(workload)[0].start)
    assert 0 < trainer.kept_bytes <= 150_000


def test_the_packed_trainer_is_taken_where_it_can_be_and_not_where_peft_is_asked_for(
    make, text_model, texts_csv
) -> None:
    assert isinstance(make_trainer(make()), PackedTextTrainer)
    assert isinstance(make_trainer(make(engine__reference=True)), PeftTrainer)
    assert isinstance(make_trainer(make(adapter={"method": "full"})), PeftTrainer)
    data = {"kind": "csv", "path": str(texts_csv), "test_examples": 30}
    assert not can_train_packed(make(text_model("albert"), data=data))


@pytest.mark.parametrize(("family", "packable"), [("roberta", False), ("bert", True)])
def test_a_padding_token_within_a_text_gets_its_position_from_transformers(
    make, text_model, tmp_path, family, packable
) -> None:
    path = tmp_path / "padded.csv"
    path.write_text("text,label\n" + "cat [PAD] dog,a\nred two,b\n" * 20)
    workload = make(text_model(family), data={"kind": "csv", "path": str(path), "test_examples": 8})
    assert can_train_packed(workload) is packable
