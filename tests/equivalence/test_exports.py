"""`wfsim export` hands over what the simulator itself has: the same logits in PEFT and in transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wfsim
from wfsim.errors import UsageError
from wfsim.learning.inputs import prepared
from wfsim.learning.peft_format import read_peft
from wfsim.learning.peft_trainer import PeftTrainer
from wfsim.learning.start import version_zero
from wfsim.learning.workload import build_workload
from wfsim.messages import Adapter
from wfsim.results.directory import Run
from wfsim.results.export import export
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
transformers = pytest.importorskip("transformers")

SLOW = pytest.mark.slow
SHORT = {"stop.rounds": 1, "learning.local.steps": 3, "learning.partition": "iid", "topology.devices": 3}


@pytest.fixture
def make_scenario(text_model, texts_csv) -> Any:
    """A run of one round on texts or on digits."""

    def make(family: str, method: str, pooling: str = "first", **more: object) -> Any:
        chosen: dict[str, Any] = {**SHORT, "learning.adapter.method": method, **more}
        if family != "tiny":
            model = {"kind": "hugging_face", "path": str(text_model(family)), "max_tokens": 8}
            chosen["learning.model"] = {**model, "pooling": pooling}
            chosen["learning.data"] = {"kind": "csv", "path": str(texts_csv), "test_examples": 30}
        return load_scenario("digits", chosen)

    return make


def workload_of(scenario: Any) -> Any:
    return build_workload(scenario.learning, Streams(scenario.seed), scenario.topology.device_names())


def losses_of(model: Any, work: Any) -> np.ndarray:
    """Cross-entropy of every held-out row by a loaded model."""
    inputs = prepared(work.settings.model.directory(), work.encoder, work.dataset.test_inputs, torch.float32)
    with torch.no_grad():
        logits = model.eval()(**inputs.take(np.arange(len(work.dataset.test_labels)))).logits
    labels = torch.from_numpy(work.dataset.test_labels)
    return torch.nn.functional.cross_entropy(logits, labels, reduction="none").numpy()


def learned_of(folder: Path, work: Any) -> Adapter:
    """The values in an exported folder, read tensor by tensor."""
    from safetensors.numpy import load_file

    (path,) = folder.glob("*.safetensors")
    stored = load_file(path)
    names = {name: f"base_model.model.{name}{'.weight' if '.lora_' in name else ''}" for name, _ in work.shapes.tensors}
    vector = np.concatenate([stored[names[name]].ravel() for name, _ in work.shapes.tensors])
    return Adapter.from_vector(work.shapes, vector)


@pytest.mark.parametrize(
    ("family", "method"),
    [
        ("bert", "lora"),
        ("tiny", "head"),
        pytest.param("roberta", "head", marks=SLOW),
        pytest.param("tiny", "lora", marks=SLOW),
    ],
)
def test_an_exported_adapter_gives_the_simulators_logits_in_peft(make_scenario, tmp_path, family, method) -> None:
    scenario = make_scenario(family, method)
    work, run = workload_of(scenario), wfsim.run(scenario, out=tmp_path / "run")
    folder = export(run, "peft", tmp_path / "exported")
    base = getattr(transformers, work.encoder.model_class).from_pretrained(
        work.settings.model.directory(), num_labels=work.dataset.classes, ignore_mismatched_sizes=True
    )
    loaded = losses_of(peft.PeftModel.from_pretrained(base, folder), work)
    losses, *_ = PeftTrainer(work).evaluate(learned_of(folder, work))
    assert np.abs(loaded - losses).max() <= 1e-5
    assert loaded.mean() == pytest.approx(last_loss(run), abs=1e-5)
    with pytest.raises(UsageError, match="--format peft"):
        export(run, "hugging_face", tmp_path / "whole")


@pytest.mark.parametrize("family", ["bert", *(pytest.param(f, marks=SLOW) for f in ("tiny", "distilbert"))])
def test_a_wholly_trained_model_loads_as_any_other(make_scenario, tmp_path, family) -> None:
    scenario = make_scenario(family, "full")
    work, run = workload_of(scenario), wfsim.run(scenario, out=tmp_path / "run")
    folder = export(run, "hugging_face", tmp_path / "exported")
    auto = transformers.AutoModelForImageClassification if family == "tiny" else None
    model = (auto or transformers.AutoModelForSequenceClassification).from_pretrained(folder)
    assert model.config.num_labels == work.dataset.classes and model.config.id2label[1] == "LABEL_1"
    assert losses_of(model, work).mean() == pytest.approx(last_loss(run), abs=1e-5)
    assert str(tmp_path) not in (folder / "config.json").read_text()
    assert (folder / "vocab.txt").is_file() == (family != "tiny")
    with pytest.raises(UsageError, match="trained the whole model, which is no adapter: use --format hugging_face"):
        export(run, "peft", tmp_path / "adapter")


def test_a_wholly_trained_model_is_a_base_for_the_next_run(make_scenario, tmp_path) -> None:
    first = make_scenario("bert", "full")
    folder = export(wfsim.run(first, out=tmp_path / "run"), "hugging_face", tmp_path / "exported")
    model = {"kind": "hugging_face", "path": str(folder), "max_tokens": 8}
    second = load_scenario("digits", {**SHORT, "learning.model": model, "learning.data": first.learning.data})
    work = workload_of(second)
    assert {tensor.name for tensor in work.encoder.frozen} < {tensor.name for tensor in workload_of(first).shapes.dense}
    assert wfsim.run(second, out=tmp_path / "next").status == "completed"


def mean_losses(model: Any, folder: Path, work: Any) -> np.ndarray:
    """Cross-entropy of every held-out row by a loaded encoder and the classifier in a folder."""
    from safetensors.torch import load_file

    stored = {k.rpartition(".")[2]: v for p in folder.glob("*.safetensors") for k, v in _classifier(load_file(p), p)}
    inputs = prepared(work.settings.model.directory(), work.encoder, work.dataset.test_inputs, torch.float32)
    given = inputs.take(np.arange(len(work.dataset.test_labels)))
    with torch.no_grad():
        states, mask = model.eval()(**given).last_hidden_state, given["attention_mask"][..., None]
        logits = torch.nn.functional.linear((states * mask).sum(1) / mask.sum(1), stored["weight"], stored["bias"])
    labels = torch.from_numpy(work.dataset.test_labels)
    return torch.nn.functional.cross_entropy(logits, labels, reduction="none").numpy()


def _classifier(tensors: dict[str, Any], path: Path) -> list[tuple[str, Any]]:
    return [(k, v) for k, v in tensors.items() if "classifier" in k or path.stem == "classifier"]


@pytest.mark.parametrize(("family", "method"), [("bert", "lora"), ("distilbert", "head"), ("albert", "lora")])
def test_an_adapter_over_means_loads_on_the_bare_encoder(make_scenario, tmp_path, recwarn, family, method) -> None:
    scenario = make_scenario(family, method, "mean")
    work, run = workload_of(scenario), wfsim.run(scenario, out=tmp_path / "run")
    folder = export(run, "peft", tmp_path / "exported")
    base = transformers.AutoModel.from_pretrained(work.settings.model.directory())
    recwarn.clear()
    model = peft.PeftModel.from_pretrained(base, folder)
    assert isinstance(model, peft.PeftModelForFeatureExtraction)
    assert not [w for w in recwarn if "adapter keys" in str(w.message)]
    losses, *_ = PeftTrainer(work).evaluate(read_peft(folder, work.shapes))
    assert np.abs(mean_losses(model, folder, work) - losses).max() <= 1e-5
    assert losses.mean() == pytest.approx(last_loss(run), abs=1e-5)


def test_a_wholly_trained_model_over_means_is_an_encoder_and_its_classifier(make_scenario, tmp_path) -> None:
    scenario = make_scenario("bert", "full", "mean")
    work, run = workload_of(scenario), wfsim.run(scenario, out=tmp_path / "run")
    folder = export(run, "hugging_face", tmp_path / "exported")
    model = transformers.AutoModel.from_pretrained(folder)
    assert mean_losses(model, folder, work).mean() == pytest.approx(last_loss(run), abs=1e-5)
    again = load_scenario(
        "digits",
        {
            **SHORT,
            "learning.data": scenario.learning.data,
            "learning.model": {"kind": "hugging_face", "path": str(folder), "max_tokens": 8, "pooling": "mean"},
        },
    )
    assert wfsim.run(again, out=tmp_path / "next").status == "completed"


def test_a_moved_base_under_means_is_an_encoder_too(make_scenario, tmp_path) -> None:
    scenario = make_scenario("bert", "lora", "mean", aggregator="fedex")
    work, run = workload_of(scenario), wfsim.run(scenario, out=tmp_path / "run")
    folder = export(run, "peft", tmp_path / "exported")
    model = peft.PeftModel.from_pretrained(transformers.AutoModel.from_pretrained(folder / "base"), folder)
    assert mean_losses(model, folder, work).mean() == pytest.approx(last_loss(run), abs=1e-5)


def test_a_run_over_means_goes_on_where_its_folder_ends(make_scenario, tmp_path) -> None:
    run = wfsim.run(make_scenario("bert", "lora", "mean"), out=tmp_path / "run")
    start = {"learning.adapter.start": str(run.path / "adapter")}
    second = make_scenario("bert", "lora", "mean", **start)
    work = workload_of(second)
    held = version_zero(work, Streams(1)).vector()
    assert np.array_equal(held, read_peft(run.path / "adapter", work.shapes).vector())


def last_loss(run: Run) -> float:
    return [line["loss"] for line in run.journal() if line["type"] == "evaluated"][-1]
