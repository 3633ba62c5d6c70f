"""Head only, full fine-tuning and FedProx are what a plain loop over transformers and PEFT gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wfsim.learning.engine import Job
from wfsim.learning.inputs import prepared
from wfsim.learning.peft_trainer import PeftTrainer
from wfsim.learning.stacked_trainer import StackedVitTrainer, can_stack
from wfsim.learning.start import version_zero
from wfsim.learning.trainer import make_trainer
from wfsim.learning.workload import Workload, build_workload
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
transformers = pytest.importorskip("transformers")

EXACT = {"learning.engine.precision": "float64", "learning.local.batch_size": 8, "learning.local.steps": 6}
SGD = {"learning.local.optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.9}}
MU = 0.7
SLOW, REST = pytest.mark.slow, ("albert", "roberta", "distilbert", "deit")


@pytest.fixture
def workload(text_model, texts_csv, make_vit) -> Callable[..., Workload]:
    """`workload("bert", **overrides)`: texts for a family of texts, digits for a ViT, or the shipped one (tiny)."""

    def make(family: str, **overrides: Any) -> Workload:
        chosen: dict[str, Any] = {}
        if family in ("vit", "deit"):
            chosen["learning.model"] = {"kind": "hugging_face", "path": str(vision(family, make_vit))}
        elif family != "tiny":
            chosen["learning.model"] = {"kind": "hugging_face", "path": str(text_model(family)), "max_tokens": 8}
            chosen["learning.data"] = {"kind": "csv", "path": str(texts_csv), "test_examples": 30}
        scenario = load_scenario("digits", {**EXACT, **SGD, **chosen, **overrides})
        return build_workload(scenario.learning, Streams(1), scenario.topology.device_names())

    return make


def vision(family: str, make_vit: Callable[..., Path]) -> Path:
    folder = make_vit(hidden_size=32)
    if family == "deit":
        config = transformers.DeiTConfig(**transformers.ViTConfig.from_pretrained(folder).to_diff_dict())
        torch.manual_seed(1)
        transformers.DeiTForImageClassification(config).save_pretrained(folder)
    return folder


def job_of(workload: Workload) -> Job:
    streams, (device, indices) = Streams(1), next(iter(workload.shards.train.items()))
    batches = workload.settings.local.batches(streams, device, 1, indices)
    return Job(device=device, round=1, base_version=0, start=version_zero(workload, streams), batches=batches)


def plain_model(workload: Workload) -> Any:
    """transformers' model in binary64, LoRA around it where there are pairs."""
    settings, encoder = workload.settings, workload.encoder
    model = getattr(transformers, encoder.model_class).from_pretrained(
        settings.model.directory(),
        num_labels=workload.dataset.classes,
        dtype=torch.float64,
        ignore_mismatched_sizes=True,
    )
    if workload.shapes.pairs:
        targets, heads = [pair.name for pair in workload.shapes.pairs], [module.name for module in encoder.head]
        lora = {"r": settings.adapter.rank, "lora_alpha": settings.adapter.alpha}
        model = peft.get_peft_model(model, peft.LoraConfig(**lora, target_modules=targets, modules_to_save=heads))
    return model.to(torch.float64).eval()


def trained(workload: Workload, model: Any, job: Job) -> Iterator[Any]:
    """The trained parameters in canonical order, holding the start; all others need no gradient."""
    named = {plain(name): value.requires_grad_(False) for name, value in model.named_parameters()}
    for tensor, part in zip(workload.shapes.tensors, workload.shapes.split(job.start.vector()), strict=True):
        value = named[tensor.name]
        value.data.copy_(torch.from_numpy(part))
        yield value.requires_grad_(True)


def plain(name: str) -> str:
    """Of a parameter under PEFT."""
    name = name.removeprefix("base_model.model.").replace(".modules_to_save.default.", ".")
    return name.removesuffix(".default.weight") if ".lora_" in name else name


def plain_loop(workload: Workload, job: Job, mu: float = 0.0) -> np.ndarray:
    """torch.optim.SGD on the loss of transformers plus mu / 2 ||x - x_start||^2 by automatic differentiation."""
    model, settings, dataset = plain_model(workload), workload.settings, workload.dataset
    values = list(trained(workload, model, job))
    start = [value.detach().clone() for value in values]
    inputs = prepared(settings.model.directory(), workload.encoder, dataset.train_inputs, torch.float64)
    stepper = torch.optim.SGD(values, lr=0.1, momentum=0.9)
    for batch in job.batches:
        stepper.zero_grad()
        logits = model(**inputs.take(batch)).logits
        distance = sum((value - old).square().sum() for value, old in zip(values, start, strict=True))
        labels = torch.from_numpy(dataset.train_labels[batch])
        (torch.nn.functional.cross_entropy(logits, labels) + 0.5 * mu * distance).backward()
        stepper.step()
    return np.concatenate([value.detach().numpy().ravel() for value in values]) - job.start.vector()


@pytest.mark.parametrize("family", ["bert", "vit", *(pytest.param(f, marks=SLOW) for f in REST)])
def test_full_fine_tuning_trains_every_parameter_as_a_plain_loop_does(workload, family) -> None:
    work = workload(family, **{"learning.adapter.method": "full"})
    parameters = {name for name, _ in plain_model(work).named_parameters()}
    assert {tensor.name for tensor in work.shapes.dense} == parameters and not work.shapes.pairs
    job, made = job_of(work), make_trainer(work)
    (learned,) = made.train([job])
    delta = learned.delta.vector()
    assert isinstance(made, PeftTrainer) and np.abs(delta - plain_loop(work, job)).max() <= 1e-10
    moved = [np.abs(part).max() > 0 for part in work.shapes.split(delta)]
    assert sum(moved) >= len(moved) - 4  # the biases of keys, and types of tokens, may not matter


def test_version_0_of_full_fine_tuning_is_the_base_whatever_its_number_format(workload, make_vit) -> None:
    folder = make_vit(hidden_size=32)
    for dtype in (torch.bfloat16, torch.float16, torch.float64):
        transformers.ViTForImageClassification.from_pretrained(folder).to(dtype).save_pretrained(folder)
        model = {"learning.model": {"kind": "hugging_face", "path": str(folder)}}
        work = workload("tiny", **model, **{"learning.adapter.method": "full"})
        start, expected = version_zero(work, Streams(1)).dense, dict(plain_model(work).named_parameters())
        for tensor in work.encoder.frozen:
            assert np.array_equal(start[tensor.name], expected[tensor.name].detach().float().numpy()), tensor.name


@pytest.mark.parametrize("family", ["tiny", "bert", *(pytest.param(f, marks=SLOW) for f in REST[1:3])])
def test_the_head_alone_is_trained_as_in_a_plain_loop(workload, family) -> None:
    work = workload(family, **{"learning.adapter.method": "head"})
    assert not work.shapes.pairs
    assert work.shapes.dense == tuple(tensor for module in work.encoder.head for tensor in module.tensors)
    job = job_of(work)
    expected = plain_loop(work, job)
    trainers = [make_trainer(work), PeftTrainer(work)]
    assert can_stack(work) == (family == "tiny") == isinstance(trainers[0], StackedVitTrainer)
    for trainer in trainers:
        (learned,) = trainer.train([job])
        assert np.abs(learned.delta.vector() - expected).max() <= 1e-10 and np.abs(expected).max() > 1e-3


@pytest.mark.parametrize(("family", "method"), [("tiny", "lora"), ("tiny", "head"), ("bert", "lora"), ("bert", "full")])
def test_fedprox_adds_the_distance_to_the_start(workload, family, method) -> None:
    options = {"learning.adapter.method": method, "learning.local.proximal": MU}
    work = workload(family, **options)
    job = job_of(work)
    (learned,) = make_trainer(work).train([job])
    with_term, without = (plain_loop(work, job, mu) for mu in (MU, 0.0))
    assert np.abs(learned.delta.vector() - with_term).max() <= 1e-10
    assert np.linalg.norm(with_term) < 0.95 * np.linalg.norm(without)


def test_fedprox_ignores_neighbours_in_a_chunk(workload) -> None:
    work = workload("tiny", **{"learning.local.proximal": MU, "learning.engine.precision": "float32"})
    job, trainer = job_of(work), make_trainer(work)
    short = Job(device="x", round=1, base_version=0, start=job.start, batches=job.batches[:2])
    (alone,), (_, beside) = trainer.train([job]), trainer.train([short, job])
    assert np.array_equal(alone.delta.vector(), beside.delta.vector())
