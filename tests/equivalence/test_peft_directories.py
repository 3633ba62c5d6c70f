"""What a federation learned loads in PEFT and scores the same there; and a federation goes on from a PEFT folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import wfsim
from wfsim.errors import ScenarioError
from wfsim.learning.families import ImageInput, TextInput
from wfsim.learning.peft_trainer import PeftTrainer
from wfsim.learning.pixels import pixel_values, plain_preparation
from wfsim.learning.stacked_trainer import StackedVitTrainer
from wfsim.learning.start import first_adapter
from wfsim.learning.tokens import tokenise
from wfsim.learning.trainer import make_trainer
from wfsim.learning.workload import build_workload
from wfsim.rng import Streams
from wfsim.scenario.identity import run_id
from wfsim.scenario.load import load_scenario
from wfsim.scenario.schema import Scenario

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
transformers = pytest.importorskip("transformers")

SMALL = {"stop.rounds": 2, "topology.devices": 3, "learning.partition": "iid", "learning.local.optimizer.lr": 0.02}
TARGETS = {"distilbert": ["q_lin"], "roberta": ["value", "dense"]}
CLASSES = ["animals", "colours", "numbers"]


def scenario(model: Path, data: Path, **more: object) -> Scenario:
    files = {"learning.model.path": str(model), "learning.model.max_tokens": 8, "learning.data.path": str(data)}
    return load_scenario("bert_local", {**SMALL, **files, **more})


@pytest.mark.parametrize("family", ["bert", "albert", "roberta", "distilbert"])
def test_peft_gives_the_accuracy_that_the_run_measured(text_model, texts_csv, tmp_path, family) -> None:
    targets = TARGETS.get(family, "all-linear")
    asked = scenario(text_model(family), texts_csv, **{"learning.adapter.target_modules": targets})
    run = wfsim.run(asked, out=tmp_path / "run")
    base = transformers.AutoModelForSequenceClassification.from_pretrained(text_model(family), num_labels=3)
    model = peft.PeftModel.from_pretrained(base, tmp_path / "run" / "adapter").eval()
    assert isinstance(model, peft.PeftModelForSequenceClassification)
    dataset = asked.learning.data.load()
    tokens = tokenise(text_model(family), dataset.test_inputs, TextInput(max_tokens=8, vocabulary=19, pad_id=0))
    with torch.no_grad():
        logits = model(input_ids=torch.tensor(tokens.ids), attention_mask=torch.tensor(tokens.mask)).logits
    labels = torch.tensor(dataset.test_labels)
    assert (logits.argmax(1) == labels).double().mean().item() == run.summary["final_accuracy"]
    scores = [line for line in journal(run.path) if line["type"] == "evaluated"]
    assert torch.nn.functional.cross_entropy(logits, labels).item() == pytest.approx(scores[-1]["loss"], abs=1e-5)
    assert scores[-1]["loss"] != scores[0]["loss"]


@pytest.mark.parametrize("family", ["ViT", "DeiT"])
def test_peft_gives_the_accuracy_that_a_vision_run_measured(tmp_path, family) -> None:
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
    config = getattr(transformers, f"{family}Config")(**sizes, image_size=8, patch_size=4, num_channels=1)
    torch.manual_seed(1)
    getattr(transformers, f"{family}Model")(config).save_pretrained(tmp_path / "model")
    model = {"kind": "hugging_face", "path": str(tmp_path / "model")}
    run = wfsim.run(load_scenario("digits", {**SMALL, "learning.model": model}), out=tmp_path / "run")
    asked = load_scenario(run.path / "scenario.yaml")
    auto = transformers.AutoModelForImageClassification
    base = auto.from_pretrained(tmp_path / "model", num_labels=10)
    held_out = asked.learning.data.load()
    images = pixel_values(plain_preparation(ImageInput(size_px=8, channels=1)), held_out.test_inputs, torch.float32)
    with torch.no_grad():
        logits = peft.PeftModel.from_pretrained(base, run.path / "adapter").eval()(pixel_values=images).logits
    labels = torch.tensor(held_out.test_labels)
    assert (logits.argmax(1) == labels).double().mean().item() == pytest.approx(
        run.summary["final_accuracy"], abs=1e-12
    )
    scores = [line for line in journal(run.path) if line["type"] == "evaluated"]
    assert torch.nn.functional.cross_entropy(logits, labels).item() == pytest.approx(scores[-1]["loss"], abs=1e-5)
    assert scores[-1]["loss"] < scores[0]["loss"]


def journal(path: Path) -> list[dict]:
    return [json.loads(line) for line in (path / "journal.jsonl").read_text().splitlines()]


def test_a_run_goes_on_where_a_peft_folder_ends(text_model, texts_csv, tmp_path) -> None:
    first = wfsim.run(scenario(text_model("bert"), texts_csv), out=tmp_path / "first")
    start = {"learning.adapter.start": str(tmp_path / "first" / "adapter")}
    second = wfsim.run(scenario(text_model("bert"), texts_csv, **start), out=tmp_path / "second")
    losses = [[line["loss"] for line in journal(run.path) if line["type"] == "evaluated"] for run in (first, second)]
    assert losses[1][0] < min(losses[0])
    assert str(tmp_path).encode() not in (tmp_path / "second" / "journal.jsonl").read_bytes()


def test_content_makes_the_run_id_and_places_do_not(text_model, texts_csv, tmp_path) -> None:
    moved = tmp_path / "moved.csv"
    moved.write_bytes(texts_csv.read_bytes())
    here, there = (run_id(scenario(text_model("bert"), data)) for data in (texts_csv, moved))
    assert here == there
    moved.write_text(moved.read_text().replace("cat", "dog", 1))
    assert run_id(scenario(text_model("bert"), moved)) != here
    assert run_id(scenario(text_model("bert"), texts_csv, **{"learning.model.max_tokens": 7})) != here


def test_validating_and_building_need_no_torch(text_model, texts_csv) -> None:
    asked = [f"learning.model.path={text_model('bert')}", f"learning.data.path={texts_csv}", "topology.devices=3"]
    code = (
        "import sys; from wfsim.scenario.load import load_scenario; from wfsim.scenario.identity import run_id; "
        "from wfsim.trace import Journal; from wfsim.world.build import build_world; "
        "from wfsim.world.checks import check_scenario; "
        f"scenario = load_scenario('bert_local', {asked!r}); check_scenario(scenario); run_id(scenario); "
        "build_world(scenario, Journal([])); assert not {'torch', 'transformers', 'peft'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_same_seed_same_bytes(text_model, texts_csv, tmp_path) -> None:
    runs = []
    for name, workers in (("a", 1), ("b", 2)):
        asked = scenario(text_model("albert"), texts_csv, **{"learning.engine": {"chunk_workers": workers}})
        runs.append(wfsim.run(asked, out=tmp_path / name).path)
    for name in ("journal.jsonl", "adapter/adapter_model.safetensors", "adapter/adapter_config.json"):
        assert (runs[0] / name).read_bytes() == (runs[1] / name).read_bytes()


def test_texts_for_an_image_model_and_images_for_a_text_model_are_refused(text_model, texts_csv, tmp_path) -> None:
    for override, says in (
        ({"learning.model": "tiny_vit"}, r"learning.data: holds texts, but the model \(vit\) classifies images"),
        ({"learning.data": "digits"}, r"learning.data: holds images, but the model \(bert\) classifies texts"),
    ):
        asked = scenario(text_model("bert"), texts_csv, **override)
        with pytest.raises(ScenarioError, match=says):
            wfsim.run(asked, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_vision_model_with_its_own_normalisation_is_scored_alike_by_both_trainers(make_vit) -> None:
    """A colour ViT of transformers goes to the stacked trainer; with dropout in its config, to the general one."""
    scores = []
    for dropout, kind in ((0.0, StackedVitTrainer), (0.1, PeftTrainer)):
        folder = make_vit(num_channels=3, hidden_dropout_prob=dropout)
        mean_and_std = {"image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.4]}
        (folder / "preprocessor_config.json").write_text(json.dumps(mean_and_std))
        model = {"kind": "hugging_face", "path": str(folder)}
        asked = load_scenario("digits", {"learning.model": model, "learning.engine.precision": "float64"})
        workload = build_workload(asked.learning, Streams(1), asked.topology.device_names())
        trainer = make_trainer(workload)
        assert isinstance(trainer, kind)
        scores.append(trainer.evaluate(first_adapter(asked.learning.adapter, workload.shapes, Streams(1)))[0])
    assert np.abs(scores[0] - scores[1]).max() < 1e-12
