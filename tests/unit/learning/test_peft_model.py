"""What transformers' own loading makes of a folder, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, adapter_shapes
from wfsim.learning.families import read_encoder

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.numpy")

SETTINGS = AdapterSettings(rank=2)


@pytest.fixture
def folder(text_model, tmp_path) -> Path:
    return shutil.copytree(text_model("bert"), tmp_path / "bert")


def load(folder: Path):
    from wfsim.learning.peft_model import load_peft_model

    encoder = read_encoder(folder, classes=3, max_tokens=8)
    return load_peft_model(folder, encoder, SETTINGS, adapter_shapes(SETTINGS, encoder), "float32")


def frozen(folder: Path) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in load(folder).named_parameters() if not value.requires_grad}


def rewritten(folder: Path, change) -> Path:
    path = folder / "model.safetensors"
    safetensors.save_file(change(safetensors.load_file(path)), path, metadata={"format": "pt"})
    return folder


def test_names_of_other_times_and_places_load_the_same_base(folder) -> None:
    """Without prefix, as a base model is saved; gamma and beta, as BERT's own code named them."""
    expected = frozen(folder)
    bare = frozen(rewritten(folder, lambda tensors: {k.removeprefix("bert."): v for k, v in tensors.items()}))
    assert all(np.array_equal(value, bare[name]) for name, value in expected.items() if "original_module" not in name)

    def old(name: str) -> str:
        return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")

    greek = frozen(rewritten(folder, lambda tensors: {old(k): v for k, v in tensors.items()}))
    assert all(np.array_equal(value, greek[name]) for name, value in expected.items() if "original_module" not in name)


def test_only_the_adapter_is_trained_and_nothing_drops_out(folder) -> None:
    model = load(folder)
    trained = [name for name, value in model.named_parameters() if value.requires_grad]
    assert all("lora_" in name or "modules_to_save" in name for name in trained)
    assert not any(module.training for module in model.modules())


@pytest.mark.parametrize(
    "change",
    [lambda tensors, name: tensors.pop(name), lambda tensors, name: tensors.update({name: tensors[name][1:].copy()})],
)
def test_a_tensor_that_transformers_would_draw_anew_is_refused_in_one_line(folder, change) -> None:
    """Even where the files changed after they were looked at."""
    from wfsim.learning.peft_model import load_peft_model

    encoder, name = read_encoder(folder, classes=3, max_tokens=8), "encoder.layer.1.output.dense.weight"

    def changed(tensors):
        change(tensors, next(key for key in tensors if key.endswith(name)))
        return tensors

    rewritten(folder, changed)
    with pytest.raises(ScenarioError, match=rf"transformers finds no fitting bert.{name} in the checkpoint$"):
        load_peft_model(folder, encoder, SETTINGS, adapter_shapes(SETTINGS, encoder), "float32")


def test_a_head_for_other_classes_is_replaced(folder) -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.BertConfig.from_pretrained(folder, num_labels=7)
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    encoder = read_encoder(folder, classes=3, max_tokens=8)
    assert [module.name for module in encoder.head] == ["classifier"]
    assert "bert.pooler.dense" in {module.name for module in encoder.linears}
    named = dict(load(folder).named_parameters())
    assert named["base_model.model.classifier.modules_to_save.default.weight"].shape == (3, 32)


def test_shards_load_as_one_file_does(folder, tmp_path) -> None:
    transformers = pytest.importorskip("transformers")
    model = transformers.BertForMaskedLM.from_pretrained(folder)
    model.save_pretrained(tmp_path / "shards", max_shard_size="20KB")
    shutil.copy(folder / "vocab.txt", tmp_path / "shards")
    assert not (tmp_path / "shards" / "model.safetensors").exists()
    one, many = frozen(folder), frozen(tmp_path / "shards")
    assert all(np.array_equal(value, many[name]) for name, value in one.items() if "original_module" not in name)
