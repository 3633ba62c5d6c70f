"""The general trainer is PEFT's own training, the stacked trainer's equal, and ignores neighbours and threads."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from wfsim.learning.engine import Job
from wfsim.learning.masks import trained_entries
from wfsim.learning.peft_trainer import PeftTrainer
from wfsim.learning.stacked_trainer import StackedVitTrainer, can_stack
from wfsim.learning.start import first_adapter
from wfsim.learning.tokens import tokenise
from wfsim.learning.trainer import make_trainer
from wfsim.learning.workload import Workload, build_workload
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
transformers = pytest.importorskip("transformers")

TOLERANCE = {"float64": 1e-10, "float32": 1e-5}
SGD = {"kind": "sgd", "lr": 0.1, "momentum": 0.9}
ADAMW = {"kind": "adamw", "lr": 5e-3, "weight_decay": 1e-2}
TORCH = {
    "sgd": lambda values: torch.optim.SGD(values, lr=0.1, momentum=0.9),
    "adamw": lambda values: torch.optim.AdamW(values, lr=5e-3, weight_decay=1e-2),
}


def workload_of(overrides: dict) -> Workload:
    scenario = load_scenario("digits", {"learning.local.steps": 10, **overrides})
    return build_workload(scenario.learning, Streams(1), scenario.topology.device_names())


def text_workload(folder, csv, **overrides) -> Workload:
    model = {"kind": "hugging_face", "path": str(folder), "max_tokens": 8}
    data = {"kind": "csv", "path": str(csv), "test_examples": 30}
    return workload_of({"learning.model": model, "learning.data": data, "learning.local.batch_size": 8, **overrides})


def jobs_of(workload: Workload) -> list[Job]:
    local, streams = workload.settings.local, Streams(1)
    start = first_adapter(workload.settings.adapter, workload.shapes, streams)
    return [
        Job(device=d, round=1, base_version=0, start=start, batches=local.batches(streams, d, 1, indices))
        for d, indices in workload.shards.train.items()
    ]


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_ten_steps_on_the_shipped_model_equal_the_stacked_trainer(precision) -> None:
    workload = workload_of({"learning.engine.precision": precision, "learning.local.optimizer": SGD})
    assert can_stack(workload)
    jobs, stacked, general = jobs_of(workload)[:2], StackedVitTrainer(workload), PeftTrainer(workload)
    for ours, theirs in zip(general.train(jobs), stacked.train(jobs), strict=True):
        assert np.abs(ours.delta.vector() - theirs.delta.vector()).max() <= TOLERANCE[precision]
        assert np.abs(ours.delta.vector()).max() > 1e-3
        assert abs(ours.loss - theirs.loss) <= TOLERANCE[precision] and ours.loss > 0.1
    (losses, correct), (expected, hits) = general.evaluate(jobs[0].start), stacked.evaluate(jobs[0].start)
    assert np.abs(losses - expected).max() <= TOLERANCE[precision]
    assert np.array_equal(correct, hits)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(("penalty", "factors"), [("off_diagonal", "both"), ("identity", "both"), ("identity", "b")])
def test_penalties_and_masks_equal_the_stacked_trainer(precision, penalty, factors) -> None:
    options = {"learning.engine.precision": precision, "learning.local.optimizer": SGD}
    options |= {"learning.local.penalty": penalty, "learning.adapter.factors": factors}
    workload = workload_of({**options, "learning.local.penalty.weight": 0.1})
    mask = trained_entries(workload.shapes, 3)
    jobs = [dataclasses.replace(job, trains=trains) for job, trains in zip(jobs_of(workload)[:2], (None, mask))]
    general, stacked = PeftTrainer(workload).train(jobs), StackedVitTrainer(workload).train(jobs)
    for ours, theirs in zip(general, stacked, strict=True):
        assert np.abs(ours.delta.vector() - theirs.delta.vector()).max() <= TOLERANCE[precision]
        assert not ours.delta.vector()[~workload.shapes.trained].any()
    assert not general[1].delta.vector()[~mask].any()


@pytest.mark.parametrize(
    ("family", "optimizer"),
    [("bert", SGD), ("bert", ADAMW), ("albert", ADAMW), ("roberta", SGD), ("distilbert", ADAMW)],
)
def test_ten_steps_equal_a_plain_loop_over_peft(text_model, texts_csv, family, optimizer) -> None:
    options = {"learning.local.optimizer": optimizer, "learning.engine.precision": "float64"}
    workload = text_workload(text_model(family), texts_csv, **options)
    job = jobs_of(workload)[0]
    (learned,) = make_trainer(workload).train([job])
    assert np.abs(learned.delta.vector() - plain_loop(workload, job, TORCH[optimizer["kind"]])).max() <= 1e-10
    assert np.abs(learned.delta.vector()).max() > 1e-3


def test_ten_steps_of_ffa_lora_equal_a_plain_loop_with_frozen_a(text_model, texts_csv) -> None:
    options = {"learning.local.optimizer": ADAMW, "learning.engine.precision": "float64"}
    workload = text_workload(text_model("bert"), texts_csv, **options, **{"learning.adapter.factors": "b"})
    job = jobs_of(workload)[0]
    (learned,) = make_trainer(workload).train([job])
    assert np.abs(learned.delta.vector() - plain_loop(workload, job, TORCH["adamw"], frozen=".lora_A")).max() <= 1e-10
    assert not any(pair.a.any() for pair in learned.delta.pairs.values())


def plain_loop(workload: Workload, job: Job, make_stepper, frozen: str | None = None) -> np.ndarray:
    """transformers, PEFT and torch.optim as their manuals use them, the class found by AutoModel."""
    directory, settings = workload.settings.model.directory(), workload.settings.adapter
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        directory, num_labels=3, dtype=torch.float64
    )
    config = peft.LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        target_modules=[pair.name for pair in workload.shapes.pairs],
        modules_to_save=[module.name for module in workload.encoder.head],
    )
    model = peft.get_peft_model(model, config).to(torch.float64).eval()
    values = trained(model, workload, job.start.vector())
    for tensor, value in zip(workload.shapes.tensors, values):
        value.requires_grad_(frozen is None or not tensor.name.endswith(frozen))
    stepper, dataset = make_stepper([value for value in values if value.requires_grad]), workload.dataset
    tokens = tokenise(directory, dataset.train_inputs, workload.encoder.input)
    for batch in job.batches:
        stepper.zero_grad()
        mask, labels = torch.tensor(tokens.mask[batch]), torch.tensor(dataset.train_labels[batch])
        model(input_ids=torch.tensor(tokens.ids[batch]), attention_mask=mask, labels=labels).loss.backward()
        stepper.step()
    return np.concatenate([value.detach().numpy().ravel() for value in values]) - job.start.vector()


def trained(model, workload: Workload, start: np.ndarray) -> list:
    """PEFT's trained parameters in canonical order, holding `start`."""
    named = {key: value for key, value in model.named_parameters() if value.requires_grad}
    heads, values = [module.name for module in workload.encoder.head], []
    for tensor, part in zip(workload.shapes.tensors, workload.shapes.split(start), strict=True):
        key = f"{tensor.name}.default.weight"
        for head in heads:
            if tensor.name.startswith(f"{head}."):
                key = f"{head}.modules_to_save.default.{tensor.name.removeprefix(f'{head}.')}"
        values.append(named.pop(f"base_model.model.{key}"))
        values[-1].data.copy_(torch.from_numpy(part))
    assert not named
    return values


@pytest.fixture
def trainer(text_model, texts_csv) -> tuple[PeftTrainer, list[Job]]:
    workload = text_workload(text_model("albert"), texts_csv)
    made = make_trainer(workload)
    assert isinstance(made, PeftTrainer)
    return made, jobs_of(workload)


def test_results_depend_neither_on_the_chunk_nor_on_threads(trainer) -> None:
    general, jobs = trainer
    together = [learned.delta.vector() for learned in general.train(jobs)]
    with ThreadPoolExecutor(4) as pool:
        apart = [
            learned.delta.vector() for (learned,) in pool.map(general.train, [[job] for job in [*jobs, *jobs[::-1]]])
        ]
    for expected, found in zip([*together, *together[::-1]], apart, strict=True):
        assert np.array_equal(expected, found)


def test_evaluation_between_trainings_changes_neither(trainer) -> None:
    general, jobs = trainer
    (first,), scores = general.train(jobs[:1]), general.evaluate(jobs[0].start)
    (again,), scores_again = general.train(jobs[:1]), general.evaluate(jobs[0].start)
    assert np.array_equal(first.delta.vector(), again.delta.vector()) and first.loss == again.loss
    assert np.array_equal(scores[0], scores_again[0])


def test_a_copy_shares_the_frozen_tensors(trainer) -> None:
    general, jobs = trainer
    general.train(jobs[:1])
    frozen = {id(value) for value in general._prototype.parameters() if not value.requires_grad}
    copied = {id(value) for value in general._spare[0].model.parameters() if not value.requires_grad}
    assert copied == frozen and frozen
