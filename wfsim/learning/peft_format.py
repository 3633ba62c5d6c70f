"""Adapters on disk as PEFT writes them: what a simulated federation learned loads with `PeftModel.from_pretrained`.

The same adapter gives the same bytes on every machine: no paths, no times, sorted keys.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, last_name
from wfsim.messages import Adapter, AdapterShapes, Values

_PREFIX = "base_model.model."
_WEIGHTS, _CONFIG = "adapter_model.safetensors", "adapter_config.json"


def write_peft(
    directory: Path, adapter: Adapter, *, settings: AdapterSettings, shapes: AdapterShapes, base_model_name: str
) -> None:
    """Write `adapter_model.safetensors` and `adapter_config.json` into `directory`, which is made if it is missing.

    The head is in `modules_to_save`. `base_model_name` is a neutral name: load with an explicit base,
    `PeftModel.from_pretrained(ViTForImageClassification.from_pretrained(..., num_labels=classes), directory)`.
    """
    from safetensors.numpy import save_file

    directory.mkdir(parents=True, exist_ok=True)
    values = zip(shapes.tensors, shapes.split(adapter.vector()), strict=True)
    tensors = {_disk_name(tensor.name): np.ascontiguousarray(value, np.float32) for tensor, value in values}
    save_file(dict(sorted(tensors.items())), directory / _WEIGHTS, metadata={"format": "pt"})
    text = json.dumps(_config(settings, shapes, base_model_name), indent=2, sort_keys=True)
    (directory / _CONFIG).write_text(text + "\n", encoding="utf-8")


def read_peft(directory: Path, shapes: AdapterShapes) -> Adapter:
    """The adapter in `directory`. Raises ScenarioError where a tensor's name or shape differs from `shapes`."""
    from safetensors.numpy import load_file

    path = directory / _WEIGHTS
    if not path.is_file():
        raise ScenarioError("no such file", file=str(path))
    tensors = load_file(path)
    expected = {_disk_name(tensor.name): tensor.shape for tensor in shapes.tensors}
    for name in sorted(expected.keys() | tensors.keys()):
        _check(name, expected, tensors, str(path))
    vector = np.concatenate([tensors[name].astype(np.float32).ravel() for name in expected])
    return Adapter.from_vector(shapes, vector)


def _disk_name(name: str) -> str:
    return f"{_PREFIX}{name}.weight" if name.endswith((".lora_A", ".lora_B")) else f"{_PREFIX}{name}"


def _check(name: str, expected: dict[str, tuple[int, ...]], tensors: dict[str, Values], file: str) -> None:
    if name not in tensors:
        raise ScenarioError(f"the adapter lacks {name}", file=file)
    if name not in expected:
        raise ScenarioError(f"the adapter has a tensor that the scenario does not train: {name}", file=file)
    if tensors[name].shape != expected[name]:
        raise ScenarioError(f"{name} has shape {tensors[name].shape}, needs {expected[name]}", file=file)


def _config(settings: AdapterSettings, shapes: AdapterShapes, base_model_name: str) -> dict[str, object]:
    return {
        "peft_type": "LORA",
        "task_type": None,
        "base_model_name_or_path": base_model_name,
        "inference_mode": True,
        "r": settings.rank,
        "lora_alpha": settings.alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "target_modules": sorted({last_name(pair) for pair in shapes.pairs}),
        "modules_to_save": ["classifier"],
    }
