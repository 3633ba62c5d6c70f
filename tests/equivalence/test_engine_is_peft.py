"""The engine's stacked, hand-differentiated LoRA training is PEFT's own training, and ignores how jobs are stacked."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from wfsim.learning.adapter import AdapterSettings, adapter_shapes, initial_adapter
from wfsim.learning.families import read_encoder
from wfsim.learning.images import prepare_images
from wfsim.learning.masks import trained_entries
from wfsim.learning.optimizer import Optimizer
from wfsim.learning.peft_format import read_peft, write_peft
from wfsim.learning.penalty import Penalty
from wfsim.learning.train import TrainingJob, evaluate, train_chunk
from wfsim.learning.trained import Trained
from wfsim.learning.vit_weights import load_frozen_vit
from wfsim.messages import Adapter, AdapterShapes
from wfsim.rng import Streams

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
transformers = pytest.importorskip("transformers")

CLASSES, EXAMPLES, BATCH, STEPS = 7, 120, 8, 10
OPTIMIZERS = {
    "sgd": (
        {"kind": "sgd", "lr": 0.05, "momentum": 0.9, "weight_decay": 1e-3},
        lambda values: torch.optim.SGD(values, lr=0.05, momentum=0.9, weight_decay=1e-3),
    ),
    "adamw": (
        {"kind": "adamw", "lr": 2e-3, "weight_decay": 1e-2},
        lambda values: torch.optim.AdamW(values, lr=2e-3, weight_decay=1e-2),
    ),
}
TOLERANCE = {"float64": 1e-10, "float32": 1e-5}
NONE = {"kind": "none"}
OFF_DIAGONAL = {"kind": "off_diagonal", "weight": 0.1}
IDENTITY = {"kind": "identity", "weight": 0.05}


class Case:
    """One base, one data set, and what both sides need to train on it."""

    def __init__(self, directory: Path, dtype: str, settings: AdapterSettings) -> None:
        self.directory, self.settings, self.dtype = directory, settings, getattr(torch, dtype)
        self.base = load_frozen_vit(directory, dtype)
        self.shapes = adapter_shapes(settings, read_encoder(directory, classes=CLASSES))
        generator = np.random.default_rng(3)
        self.pixels = generator.integers(0, 256, (EXAMPLES, 28, 28), dtype=np.uint8)
        self.labels = generator.integers(0, CLASSES, EXAMPLES)
        self.images = prepare_images(self.base, self.pixels)

    def jobs(self, count: int, *, mixed: bool) -> list[TrainingJob]:
        return [self._job(index, mixed) for index in range(count)]

    def _job(self, index: int, mixed: bool) -> TrainingJob:
        generator = np.random.default_rng(100 + index)
        steps = int(generator.integers(1, STEPS + 1)) if mixed and index % 3 else STEPS
        sizes = generator.integers(1, BATCH + 1, steps) if mixed else [BATCH] * steps
        start = initial_adapter(self.shapes, Streams(index))
        batches = tuple(generator.choice(EXAMPLES, size, replace=False) for size in sizes)
        return TrainingJob(start=start, batches=batches)

    def train(self, jobs: list[TrainingJob], optimizer: str, penalty: dict = NONE) -> list[np.ndarray]:
        return [learned.delta.vector() for learned in self.learn(jobs, optimizer, penalty)]

    def learn(self, jobs: list[TrainingJob], optimizer: str, penalty: dict = NONE) -> list[Trained]:
        return train_chunk(
            self.base,
            self.images,
            self.labels,
            jobs,
            shapes=self.shapes,
            scale=self.settings.scale,
            batch_size=BATCH,
            optimizer=Optimizer.parse(OPTIMIZERS[optimizer][0]),
            penalty=Penalty.parse(penalty),
        )

    def peft_model(self):
        model = transformers.ViTForImageClassification.from_pretrained(
            self.directory, num_labels=CLASSES, ignore_mismatched_sizes=True
        ).to(self.dtype)
        config = peft.LoraConfig(
            r=self.settings.rank,
            lora_alpha=self.settings.alpha,
            modules_to_save=["classifier"],
            target_modules=sorted({pair.name.rpartition(".")[2] for pair in self.shapes.pairs}),
        )
        return peft.get_peft_model(model, config).to(self.dtype)

    def peft_train(self, job: TrainingJob, optimizer: str, penalty: dict = NONE) -> tuple[np.ndarray, float]:
        """What PEFT learns, put back after each step where the job trains nothing, and its loss."""
        model, losses = self.peft_model(), []
        trains = np.ones(self.shapes.entries, dtype=bool) if job.trains is None else job.trains
        values = trained_tensors(model, self.shapes)
        fill(values, self.shapes, job.start)
        stepper = OPTIMIZERS[optimizer][1](values)
        pixels = ((torch.from_numpy(self.pixels).to(self.dtype) / 255 - 0.5) / 0.5).unsqueeze(1)
        for batch in job.batches:
            logits = model(pixel_values=pixels[batch]).logits
            stepper.zero_grad()
            losses.append(
                torch.nn.functional.cross_entropy(logits, torch.from_numpy(self.labels[batch]), reduction="none")
            )
            (losses[-1].mean() + self.penalty_of(values, penalty)).backward()
            stepper.step()
            moved = np.where(trains, flat(values), job.start.vector())
            fill(values, self.shapes, Adapter.from_vector(self.shapes, moved))
        delta = flat(values) - job.start.vector()
        return delta, float(torch.cat(losses).detach().double().square().mean().sqrt())

    def penalty_of(self, values: list, penalty: dict):
        """Written out per matrix, for autograd to differentiate."""
        total, factors = 0.0, penalty.get("factors", "both")
        for a, b in zip(values[: 2 * len(self.shapes.pairs) : 2], values[1 : 2 * len(self.shapes.pairs) : 2]):
            for name, gram in (("a", a @ a.T), ("b", b.T @ b)):
                if penalty["kind"] == "off_diagonal":
                    residual = gram - torch.diag(gram.diagonal())
                else:
                    residual = gram - torch.eye(len(gram), dtype=gram.dtype)
                if penalty["kind"] != "none" and factors in ("both", name):
                    total = total + penalty["weight"] * (residual**2).sum()
        return total


def trained_tensors(model, shapes: AdapterShapes) -> list:
    """PEFT's own parameters in the canonical order of the adapter."""
    named = dict(model.named_parameters())
    trained = [named[peft_name(tensor.name)] for tensor in shapes.tensors]
    assert sum(value.requires_grad for value in named.values()) == len(trained)
    return trained


def flat(values: list) -> np.ndarray:
    return np.concatenate([value.detach().numpy().ravel() for value in values])


def peft_name(name: str) -> str:
    module, _, last = name.rpartition(".")
    if last in ("lora_A", "lora_B"):
        return f"base_model.model.{name}.default.weight"
    return f"base_model.model.{module}.modules_to_save.default.{last}"


def fill(values: list, shapes: AdapterShapes, adapter: Adapter) -> None:
    parts = np.split(adapter.vector(), np.cumsum([tensor.entries for tensor in shapes.tensors])[:-1])
    with torch.no_grad():
        for value, part in zip(values, parts, strict=True):
            value.copy_(torch.from_numpy(part).view_as(value))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize("targets", ["all-linear", ("q_proj", "v_proj"), ("fc2",)], ids=str)
def test_ten_steps_equal_peft(vit_directory, dtype, optimizer, targets):
    case = Case(vit_directory, dtype, AdapterSettings(rank=4, alpha=8.0, target_modules=targets))
    jobs = case.jobs(4, mixed=True)
    learned = case.learn(jobs, optimizer)
    for job, ours in zip(jobs[:2] if dtype == "float64" else jobs[:1], learned):
        delta, loss = case.peft_train(job, optimizer)
        assert np.abs(delta - ours.delta.vector()).max() <= TOLERANCE[dtype]
        assert np.abs(delta).max() > 1e-3
        assert abs(loss - ours.loss) <= TOLERANCE[dtype] and loss > 0.1


@pytest.mark.parametrize(("dtype", "optimizer"), [("float64", "adamw"), ("float64", "sgd"), ("float32", "sgd")])
@pytest.mark.parametrize(
    "penalty",
    [OFF_DIAGONAL, {**OFF_DIAGONAL, "factors": "b", "weight": 30.0}, IDENTITY, {**IDENTITY, "factors": "a"}],
    ids=str,
)
def test_ten_steps_with_a_penalty_equal_autograd_through_peft(vit_directory, dtype, optimizer, penalty):
    case = Case(vit_directory, dtype, AdapterSettings())
    job = case.jobs(1, mixed=False)[0]
    (ours,), (without,) = case.learn([job], optimizer, penalty), case.train([job], optimizer)
    delta, loss = case.peft_train(job, optimizer, penalty)
    assert np.abs(delta - ours.delta.vector()).max() <= TOLERANCE[dtype]
    assert abs(loss - ours.loss) <= TOLERANCE[dtype]
    assert np.abs(without - delta).max() > 1e-4


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize(("factors", "rank"), [("b", None), ("both", 1), ("b", 3)])
def test_what_a_job_does_not_train_keeps_its_start_value_exactly(vit_directory, optimizer, factors, rank):
    case = Case(vit_directory, "float64", AdapterSettings(factors=factors))
    mask = trained_entries(case.shapes, rank)
    job = dataclasses.replace(case.jobs(1, mixed=False)[0], trains=mask)
    (learned,) = case.train([job], optimizer, OFF_DIAGONAL)
    assert not learned[~mask].any() and np.count_nonzero(learned[mask]) > 0.9 * mask.sum()
    assert np.abs(case.peft_train(job, optimizer, OFF_DIAGONAL)[0] - learned).max() <= 1e-10


def test_without_a_mask_a_job_trains_what_its_shapes_train(vit_directory):
    case = Case(vit_directory, "float32", AdapterSettings(factors="b"))
    job = case.jobs(1, mixed=False)[0]
    masked = dataclasses.replace(job, trains=trained_entries(case.shapes))
    assert np.array_equal(case.train([job], "adamw")[0], case.train([masked], "adamw")[0])
    assert not any(pair.a.any() for pair in case.learn([job], "adamw")[0].delta.pairs.values())


@pytest.mark.parametrize(
    ("dtype", "mixed", "optimizer"),
    [
        ("float32", True, "adamw"),
        ("float32", False, "sgd"),
        pytest.param("float64", False, "adamw", marks=pytest.mark.slow),
        pytest.param("float64", True, "sgd", marks=pytest.mark.slow),
    ],
)
def test_results_do_not_depend_on_the_chunk(vit_directory, dtype, mixed, optimizer):
    case = Case(vit_directory, dtype, AdapterSettings())
    jobs = case.jobs(20, mixed=mixed)
    together = case.train(jobs, optimizer)
    for size, threads in ((1, 2), (5, 1)):
        torch.set_num_threads(threads)
        chunks = [case.train(jobs[start : start + size], optimizer) for start in range(0, 20, size)]
        assert all(np.array_equal(a, b) for a, b in zip(together, (v for chunk in chunks for v in chunk), strict=True))


@pytest.mark.parametrize("rank", [4, 5])  # matrices of five ranks begin at odd places in memory
@pytest.mark.parametrize("penalty", [OFF_DIAGONAL, IDENTITY], ids=lambda penalty: penalty["kind"])
def test_penalties_masks_and_losses_do_not_depend_on_the_chunk(vit_directory, penalty, rank):
    case = Case(vit_directory, "float32", AdapterSettings(rank=rank))
    masks = [None, trained_entries(case.shapes, 2), None, trained_entries(case.shapes, 1)]
    jobs = [dataclasses.replace(job, trains=masks[i % 4]) for i, job in enumerate(case.jobs(10, mixed=True))]
    together = case.learn(jobs, "adamw", penalty)
    for size, threads in ((1, 1), (3, 2), (5, 1)):
        torch.set_num_threads(threads)
        chunks = [case.learn(jobs[start : start + size], "adamw", penalty) for start in range(0, 10, size)]
        for expected, found in zip(together, (learned for chunk in chunks for learned in chunk), strict=True):
            assert np.array_equal(expected.delta.vector(), found.delta.vector()) and expected.loss == found.loss


def test_results_do_not_depend_on_the_order_of_jobs(vit_directory):
    case = Case(vit_directory, "float32", AdapterSettings())
    jobs = case.jobs(6, mixed=True)
    backwards = case.train(jobs[::-1], "adamw")[::-1]
    assert all(np.array_equal(a, b) for a, b in zip(case.train(jobs, "adamw"), backwards, strict=True))


@pytest.mark.parametrize("targets", ["all-linear", ("q_proj", "v_proj")], ids=str)
def test_exported_adapter_gives_the_same_logits_in_peft(vit_directory, tmp_path, targets):
    case = Case(vit_directory, "float32", AdapterSettings(target_modules=targets))
    adapter = trained_adapter(case)
    write_peft(tmp_path, adapter, settings=case.settings, shapes=case.shapes, base_model_name="wfsim/test")
    base = transformers.ViTForImageClassification.from_pretrained(
        vit_directory, num_labels=CLASSES, ignore_mismatched_sizes=True
    ).float()
    model = peft.PeftModel.from_pretrained(base, str(tmp_path)).eval()
    pixels = ((torch.from_numpy(case.pixels).float() / 255 - 0.5) / 0.5).unsqueeze(1)
    with torch.no_grad():
        logits = model(pixel_values=pixels).logits
    expected = torch.nn.functional.cross_entropy(logits, torch.from_numpy(case.labels), reduction="none").numpy()
    losses, correct = evaluate(
        case.base, case.images, case.labels, adapter, shapes=case.shapes, scale=case.settings.scale, batch_size=50
    )
    assert np.abs(losses - expected).max() < 1e-5
    assert np.array_equal(correct, logits.argmax(1).numpy() == case.labels)


def test_adapter_written_by_peft_is_read(vit_directory, tmp_path):
    case = Case(vit_directory, "float32", AdapterSettings())
    model, adapter = case.peft_model(), trained_adapter(case)
    fill(trained_tensors(model, case.shapes), case.shapes, adapter)
    model.save_pretrained(str(tmp_path))
    assert np.array_equal(read_peft(tmp_path, case.shapes).vector(), adapter.vector())


def trained_adapter(case: Case) -> Adapter:
    job = case.jobs(1, mixed=False)[0]
    return Adapter.from_vector(case.shapes, job.start.vector() + case.train([job], "sgd")[0])
