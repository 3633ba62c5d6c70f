"""Weights on disk: safetensors files, whole, in one folder. Nothing is unpickled, and torch is not needed to look."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

from wfsim.errors import ScenarioError
from wfsim.learning.config_file import read_json

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_CONVERT = "convert with transformers: AutoModel.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER)"


class StoredTensor(NamedTuple):
    """Shape and number format (`F32`, `BF16`, ...) of a tensor on disk, and its file."""

    shape: tuple[int, ...]
    dtype: str
    file: str


def weight_files(directory: Path) -> tuple[Path, ...]:
    """The safetensors files of a model: one, or the shards that an index names. Raises ScenarioError."""
    if (directory / SINGLE).is_file():
        return (directory / SINGLE,)
    if not (directory / INDEX).is_file():
        raise ScenarioError(_nothing_readable(directory), file=str(directory))
    shards = read_json(directory / INDEX).get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise ScenarioError("has no weight_map", file=str(directory / INDEX))
    return tuple(_shard(directory, name) for name in sorted(set(map(str, shards.values()))))


def stored_tensors(directory: Path) -> dict[str, StoredTensor]:
    """All tensors by name. Raises ScenarioError for a file that is truncated or is no safetensors file."""
    return {
        name: tensor for path in weight_files(directory) for name, tensor in _tensors(path, path.stat().st_mtime_ns)
    }


@functools.lru_cache(maxsize=64)
def _tensors(path: Path, _changed_ns: int) -> tuple[tuple[str, StoredTensor], ...]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            slices = [(name, file.get_slice(name)) for name in file.keys()]  # noqa: SIM118 - it is no mapping
            return tuple((n, StoredTensor(tuple(s.get_shape()), s.get_dtype(), str(path))) for n, s in slices)
    except (SafetensorError, OSError) as error:
        raise ScenarioError(f"is truncated or is not a safetensors file: {error}", file=str(path)) from None


def _shard(directory: Path, name: str) -> Path:
    path = directory / name
    if path.parent != directory or path.suffix != ".safetensors":
        raise ScenarioError(f"names {name!r}, which is no safetensors file beside it", file=str(directory / INDEX))
    if not path.is_file():
        raise ScenarioError(f"no such file; {INDEX} names it", file=str(path))
    return path


def _nothing_readable(directory: Path) -> str:
    found = sorted(path.name for path in directory.iterdir() if path.suffix in _PICKLED) if directory.is_dir() else []
    if not found:
        return f"no {SINGLE} (or {INDEX}) in the model's folder"
    pickled = next((name for name in found if name.startswith("pytorch_model")), found[0])
    return f"{pickled} is pickled, which can run code; only safetensors are read; {_CONVERT}"
