from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from wfsim.errors import ScenarioError
from wfsim.learning.checkpoint import INDEX, SINGLE, StoredTensor, stored_tensors, weight_files

ONE, TWO = {"a": np.ones((2, 3), np.float32)}, {"b": np.ones(4, np.float32)}


def sharded(folder: Path) -> Path:
    save_file(ONE, folder / "model-1.safetensors")
    save_file(TWO, folder / "model-2.safetensors")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / INDEX).write_text(json.dumps(index))
    return folder


def test_one_file(tmp_path) -> None:
    save_file({**ONE, **TWO}, tmp_path / SINGLE)
    assert stored_tensors(tmp_path).keys() == {"a", "b"}


def test_shards(tmp_path) -> None:
    assert [path.name for path in weight_files(sharded(tmp_path))] == ["model-1.safetensors", "model-2.safetensors"]
    assert stored_tensors(tmp_path).keys() == {"a", "b"}
    shard = str(tmp_path / "model-2.safetensors")
    assert stored_tensors(tmp_path)["b"] == StoredTensor(shape=(4,), dtype="F32", file=shard)


def test_a_missing_shard_is_named(tmp_path) -> None:
    (sharded(tmp_path) / "model-2.safetensors").unlink()
    with pytest.raises(ScenarioError, match=r"model-2.safetensors: no such file"):
        stored_tensors(tmp_path)


@pytest.mark.parametrize("name", ["../model.safetensors", "model-1.bin"])
def test_an_index_names_only_safetensors_beside_it(tmp_path, name) -> None:
    (tmp_path / INDEX).write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(ScenarioError, match="no safetensors file beside it"):
        weight_files(tmp_path)


@pytest.mark.parametrize("kept", [0, 5, 40, -1])
def test_a_truncated_file_is_refused_in_one_line(tmp_path, kept) -> None:
    save_file({**ONE, **TWO}, tmp_path / SINGLE)
    (tmp_path / SINGLE).write_bytes((tmp_path / SINGLE).read_bytes()[:kept])
    with pytest.raises(ScenarioError, match=r"model.safetensors: is truncated or is not a safetensors file") as caught:
        stored_tensors(tmp_path)
    assert "\n" not in str(caught.value)


def test_pickled_weights_are_refused_unread_with_what_to_do(tmp_path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(_Bomb()))
    (tmp_path / "training_args.bin").write_bytes(b"")
    with pytest.raises(
        ScenarioError, match=r"pytorch_model.bin is pickled.*only safetensors are read; convert with"
    ) as caught:
        weight_files(tmp_path)
    assert "\n" not in str(caught.value)


def test_an_empty_folder_is_named(tmp_path) -> None:
    with pytest.raises(ScenarioError, match=r"no model.safetensors"):
        weight_files(tmp_path)


class _Bomb:
    def __reduce__(self):
        return (pytest.fail, ("the pickle was opened",))
