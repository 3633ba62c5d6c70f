"""Adapters on disk as PEFT writes them: what a simulated federation learned loads with `PeftModel.from_pretrained`.

The same adapter gives the same bytes on every machine: no paths, no times, sorted keys.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, is_called, last_name
from wfsim.learning.config_file import read_json
from wfsim.messages import Adapter, AdapterShapes, Values

_PREFIX = "base_model.model."
WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
_UNSUPPORTED = ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "fan_in_fan_out", "lora_bias")


def write_peft(
    directory: Path,
    adapter: Adapter,
    *,
    settings: AdapterSettings,
    shapes: AdapterShapes,
    base_model_name: str,
    head: Sequence[str] = ("classifier",),
    task_type: str | None = None,
) -> None:
    """Write `adapter_model.safetensors` and `adapter_config.json` into `directory`, which is made if it is missing.

    `head` names the modules trained in full (PEFT's `modules_to_save`); `task_type` is PEFT's, SEQ_CLS for texts.
    `base_model_name` is a neutral name: load with an explicit base,
    `PeftModel.from_pretrained(ViTForImageClassification.from_pretrained(..., num_labels=classes), directory)`.
    """
    from safetensors.numpy import save_file

    directory.mkdir(parents=True, exist_ok=True)
    values = zip(shapes.tensors, shapes.split(adapter.vector()), strict=True)
    tensors = {_disk_name(tensor.name): np.ascontiguousarray(value, np.float32) for tensor, value in values}
    save_file(dict(sorted(tensors.items())), directory / WEIGHTS, metadata={"format": "pt"})
    text = json.dumps(_config(settings, shapes, base_model_name, head, task_type), indent=2, sort_keys=True)
    (directory / CONFIG).write_text(text + "\n", encoding="utf-8")


def read_peft(directory: Path, shapes: AdapterShapes, fresh_head: Mapping[str, Values] | None = None) -> Adapter:
    """The adapter in `directory`; one saved without any tensor of the head gets `fresh_head`, if that is given.

    Raises ScenarioError where a tensor's name or shape differs from `shapes`.
    """
    path = directory / WEIGHTS
    tensors = _load(path)
    if fresh_head is not None and not any(_disk_name(tensor.name) in tensors for tensor in shapes.dense):
        tensors = tensors | {_disk_name(name): value for name, value in fresh_head.items()}
    expected = {_disk_name(tensor.name): tensor.shape for tensor in shapes.tensors}
    for name in sorted(expected.keys() | tensors.keys()):
        _check(name, expected, tensors, str(path))
    vector = np.concatenate([tensors[name].astype(np.float32).ravel() for name in expected])
    return Adapter.from_vector(shapes, vector)


def check_config(directory: Path, settings: AdapterSettings) -> None:
    """Raises ScenarioError unless `adapter_config.json` is plain LoRA of the scenario's rank and alpha."""
    path = directory / CONFIG
    if not path.is_file():
        raise ScenarioError("no such file: not a folder that PEFT wrote", file=str(path))
    values = read_json(path)
    wanted = {"peft_type": "LORA", "r": settings.rank, "lora_alpha": settings.alpha}
    for key, ours in wanted.items():
        if values.get(key) != ours:
            field = {"r": "rank", "lora_alpha": "alpha"}.get(key)
            says = f"learning.adapter.{field} is {ours:g}" if field else f"only {ours} is read"
            raise ScenarioError(f"is {values.get(key)!r}, but {says}", file=str(path), path=key)
    for key in _UNSUPPORTED:
        if values.get(key):
            raise ScenarioError(f"is {values[key]!r}; only plain LoRA is read", file=str(path), path=key)
    if values.get("bias", "none") != "none":
        raise ScenarioError(f"is {values['bias']!r}; only 'none' is read", file=str(path), path="bias")


def _load(path: Path) -> dict[str, Values]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    pickled = path.with_name("adapter_model.bin")
    if not path.is_file():
        found = f": {pickled.name} is pickled, save it again as safetensors" if pickled.is_file() else ""
        raise ScenarioError(f"no such file{found}", file=str(path))
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ScenarioError(f"is truncated or is not a safetensors file: {error}", file=str(path)) from None


def _disk_name(name: str) -> str:
    return f"{_PREFIX}{name}.weight" if name.endswith((".lora_A", ".lora_B")) else f"{_PREFIX}{name}"


def _check(name: str, expected: dict[str, tuple[int, ...]], tensors: dict[str, Values], file: str) -> None:
    if name not in tensors:
        raise ScenarioError(f"the adapter lacks {name}", file=file)
    if name not in expected:
        raise ScenarioError(f"the adapter has a tensor that the scenario does not train: {name}", file=file)
    if tensors[name].shape != expected[name]:
        raise ScenarioError(f"{name} has shape {tensors[name].shape}, needs {expected[name]}", file=file)


def _config(
    settings: AdapterSettings, shapes: AdapterShapes, base_model_name: str, head: Sequence[str], task_type: str | None
) -> dict[str, object]:
    return {
        "peft_type": "LORA",
        "task_type": task_type,
        "base_model_name_or_path": base_model_name,
        "inference_mode": True,
        "r": settings.rank,
        "lora_alpha": settings.alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "target_modules": _targets(settings, shapes),
        "modules_to_save": list(head),
    }


def _targets(settings: AdapterSettings, shapes: AdapterShapes) -> list[str]:
    """Short names, unless PEFT would find a layer of the head by one of them; then whole names."""
    every = settings.target_modules == "all-linear"
    names = {last_name(pair) for pair in shapes.pairs} if every else set(settings.target_modules)
    head = {tensor.name.rpartition(".")[0] for tensor in shapes.dense}
    clash = any(is_called(module, name) for module in head for name in names)
    return sorted(pair.name for pair in shapes.pairs) if clash else sorted(names)
