"""A checkpoint that does not hold what its config says is refused before anything runs, and without torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.families import read_encoder

safetensors = pytest.importorskip("safetensors.numpy")

NAME = "encoder.layer.1.output.dense.weight"


@pytest.fixture
def folder(text_model, tmp_path) -> Path:
    return shutil.copytree(text_model("bert"), tmp_path / "bert")


def rewritten(folder: Path, change) -> Path:
    path = folder / "model.safetensors"
    safetensors.save_file(change(safetensors.load_file(path)), path, metadata={"format": "pt"})
    return folder


def refused(folder: Path, says: str) -> None:
    with pytest.raises(ScenarioError, match=says) as caught:
        read_encoder(folder, classes=3, max_tokens=8)
    assert "\n" not in str(caught.value)


def test_a_missing_tensor_is_named_with_its_file(folder) -> None:
    lacking = rewritten(folder, lambda tensors: {k: v for k, v in tensors.items() if not k.endswith(NAME)})
    refused(lacking, rf"bert/model.safetensors: the checkpoint lacks bert.{NAME}$")


def test_a_missing_norm_is_named(folder) -> None:
    name = "embeddings.LayerNorm.bias"
    refused(rewritten(folder, lambda t: {k: v for k, v in t.items() if not k.endswith(name)}), f"lacks bert.{name}")


def test_a_tensor_of_another_shape_is_named_with_both(folder) -> None:
    def cut(tensors):
        return {k: v[:, :-1].copy() if k.endswith(NAME) else v for k, v in tensors.items()}

    refused(
        rewritten(folder, cut), rf"model.safetensors: (bert.)?{NAME} has shape \[32, \d+\], config.json says \[32, "
    )


def test_whole_numbers_are_no_weights(folder) -> None:
    def quantised(tensors):
        return {k: v.astype(np.int8) if k.endswith(NAME) else v for k, v in tensors.items()}

    refused(rewritten(folder, quantised), rf"{NAME} is stored as I8; only F64, F32, F16, BF16 are read")


def test_a_missing_tensor_of_shards_is_blamed_on_the_index(folder) -> None:
    tensors = safetensors.load_file(folder / "model.safetensors")
    (folder / "model.safetensors").rename(folder / "model-1.safetensors")
    shards = {"weight_map": dict.fromkeys(tensors, "model-1.safetensors")}
    (folder / "model.safetensors.index.json").write_text(json.dumps(shards))
    read_encoder(folder, classes=3, max_tokens=8)
    rest = {k: v for k, v in tensors.items() if not k.endswith(NAME)}
    safetensors.save_file(rest, folder / "model-1.safetensors")
    refused(folder, rf"model.safetensors.index.json: the checkpoint lacks bert.{NAME}")


def test_half_a_pooler_is_refused(folder) -> None:
    pooler = {"bert.pooler.dense.weight": np.zeros((32, 32), np.float32)}
    refused(rewritten(folder, lambda tensors: {**tensors, **pooler}), "lacks bert.pooler.dense.bias")


def test_validate_refuses_it_without_torch(folder, texts_csv) -> None:
    rewritten(folder, lambda tensors: {k: v for k, v in tensors.items() if not k.endswith(NAME)})
    code = (
        "import sys; from wfsim.cli.main import main\n"
        f"sys.argv = ['wfsim', 'validate', 'bert_local', 'learning.model.path={folder}', "
        f"'learning.data.path={texts_csv}', 'topology.devices=3']\n"
        "code = main(); assert not {'torch', 'transformers', 'peft'} & set(sys.modules); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 3 and f"lacks bert.{NAME}" in done.stderr.replace("\n", "")
