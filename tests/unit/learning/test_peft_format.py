from __future__ import annotations

import json

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, adapter_shapes, initial_adapter
from wfsim.learning.families.vit import vit_encoder
from wfsim.learning.peft_format import read_peft, write_peft
from wfsim.learning.vit_config import VitConfig
from wfsim.rng import Streams

CONFIG = VitConfig(hidden=64, layers=2, heads=4, intermediate=128, image=28, patch=7, channels=1, layer_norm_eps=1e-12)
SETTINGS = AdapterSettings(rank=2, target_modules=("q_proj", "fc2"))
ENCODER = vit_encoder(CONFIG, 5, "ViTForImageClassification")
SHAPES = adapter_shapes(SETTINGS, ENCODER)


def write(directory, seed=1):
    adapter = initial_adapter(SHAPES, Streams(seed))
    write_peft(directory, adapter, settings=SETTINGS, shapes=SHAPES, base_model_name="wfsim/tiny_vit")
    return adapter


def test_round_trip(tmp_path):
    adapter = write(tmp_path)
    assert np.array_equal(read_peft(tmp_path, SHAPES).vector(), adapter.vector())


def test_frozen_factors_are_written_too(tmp_path):
    settings = AdapterSettings(rank=2, target_modules=("q_proj", "fc2"), factors="b")
    shapes = adapter_shapes(settings, ENCODER)
    adapter = initial_adapter(shapes, Streams(1))
    write_peft(tmp_path / "b", adapter, settings=settings, shapes=shapes, base_model_name="wfsim/tiny_vit")
    write(tmp_path / "both")
    for name in ("adapter_model.safetensors", "adapter_config.json"):
        assert (tmp_path / "b" / name).read_bytes() == (tmp_path / "both" / name).read_bytes()
    assert np.array_equal(read_peft(tmp_path / "b", shapes).vector(), adapter.vector())


def test_same_adapter_same_bytes(tmp_path):
    write(tmp_path / "a"), write(tmp_path / "b")
    for name in ("adapter_model.safetensors", "adapter_config.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_config_names_no_path(tmp_path):
    write(tmp_path)
    text = (tmp_path / "adapter_config.json").read_text()
    assert str(tmp_path) not in text
    config = json.loads(text)
    assert config["target_modules"] == ["fc2", "q_proj"] and config["base_model_name_or_path"] == "wfsim/tiny_vit"


@pytest.mark.parametrize(
    "settings, classes, says",
    [
        (
            AdapterSettings(rank=3, target_modules=("q_proj", "fc2")),
            5,
            r"has shape \(2, 64\), needs \(3, 64\)|has shape",
        ),
        (AdapterSettings(rank=2, target_modules=("q_proj", "fc1", "fc2")), 5, "lacks .*fc1.lora_A"),
        (AdapterSettings(rank=2, target_modules=("fc2",)), 5, "does not train: .*q_proj"),
        (SETTINGS, 6, "classifier"),
    ],
)
def test_refuses_an_adapter_of_other_shapes(tmp_path, settings, classes, says):
    write(tmp_path)
    with pytest.raises(ScenarioError, match=says):
        read_peft(tmp_path, adapter_shapes(settings, vit_encoder(CONFIG, classes, "ViTForImageClassification")))


def test_missing_file(tmp_path):
    with pytest.raises(ScenarioError, match="no such file"):
        read_peft(tmp_path, SHAPES)
