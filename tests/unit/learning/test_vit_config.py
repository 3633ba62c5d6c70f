from __future__ import annotations

import json
from pathlib import Path

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.families.vit import vit_encoder
from wfsim.learning.models import Model
from wfsim.learning.vit_config import read_vit_config

VALID = {
    "model_type": "vit",
    "hidden_act": "gelu",
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "image_size": 28,
    "patch_size": 7,
    "num_channels": 3,
    "layer_norm_eps": 1e-12,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}


def write(directory: Path, **changes: object) -> Path:
    (directory / "config.json").write_text(json.dumps({**VALID, **changes}))
    return directory


def test_sizes(tmp_path):
    config = read_vit_config(write(tmp_path))
    assert (config.hidden, config.layers, config.heads, config.intermediate) == (64, 2, 4, 128)
    assert (config.patches, config.tokens, config.patch_values) == (16, 17, 147)


def test_linear_modules_in_forward_order(tmp_path):
    modules = vit_encoder(read_vit_config(write(tmp_path)), 2, "ViTForImageClassification").linears
    names = [module.name for module in modules]
    last = ("attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.o_proj", "mlp.fc1", "mlp.fc2")
    assert names[:6] == [f"vit.layers.0.{name}" for name in last]
    assert len(names) == 12 and modules[4][1:] == (128, 64) and modules[5][1:] == (64, 128)


@pytest.mark.parametrize(
    "change, says",
    [
        ({"model_type": "bert"}, "model_type: is 'bert'; wfsim stacks only 'vit'"),
        ({"hidden_act": "relu"}, "hidden_act: is 'relu'"),
        ({"qkv_bias": False}, "qkv_bias"),
        ({"hidden_dropout_prob": 0.1}, "hidden_dropout_prob: is 0.1"),
        ({"patch_size": 9}, "patch_size: 9 does not divide 28"),
        ({"num_attention_heads": 5}, "num_attention_heads"),
        ({"hidden_size": None}, "hidden_size: is None"),
        ({"image_size": [28, 28]}, "image_size"),
    ],
)
def test_refuses_what_it_cannot_compute(tmp_path, change, says):
    with pytest.raises(ScenarioError, match=says):
        read_vit_config(write(tmp_path, **change))


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(ScenarioError, match="no config.json"):
        read_vit_config(tmp_path / "nowhere")


def test_shipped_model_is_readable():
    config = read_vit_config(Model.parse("tiny_vit").directory())
    assert (config.hidden, config.layers, config.tokens, config.channels) == (64, 4, 17, 1)
