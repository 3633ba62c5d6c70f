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
from wfsim.learning.families import Encoder
from wfsim.messages import Adapter, AdapterShapes, Values

_PREFIX = "base_model.model."
_NO_TARGETS = "dummy-target-modules"  # peft.utils.constants.DUMMY_TARGET_MODULES
_BARE = "FEATURE_EXTRACTION"
WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
_UNSUPPORTED = ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "lora_bias")
_UNSUPPORTED += ("layer_replication", "target_parameters", "trainable_token_indices")
_CHANGES_BASE = ("pissa", "olora", "corda", "loftq", "lora_ga")  # what begins with these subtracts its start from W0


def write_peft(
    directory: Path,
    adapter: Adapter,
    *,
    settings: AdapterSettings,
    shapes: AdapterShapes,
    base_model_name: str,
    head: Sequence[str] = ("classifier",),
    task_type: str | None = None,
    transposed: bool = False,
) -> None:
    """Write `adapter_model.safetensors` and `adapter_config.json` into `directory`, which is made if it is missing.

    `head` names the modules trained in full (PEFT's `modules_to_save`); `task_type` is PEFT's, see `task_type_of`.
    `transposed`: the base stores its matrices as [d_in, d_out]; the factors' shapes do not depend on that.
    `base_model_name` is a neutral name: load with an explicit base,
    `PeftModel.from_pretrained(ViTForImageClassification.from_pretrained(..., num_labels=classes), directory)`.
    Under FEATURE_EXTRACTION that is the bare encoder (`AutoModel`), whose own name the tensors' names then lack; the
    head lies in the same file as `base_model.model.classifier.weight` and `.bias`, which PEFT does not read there.
    """
    from safetensors.numpy import save_file

    directory.mkdir(parents=True, exist_ok=True)
    values = zip(shapes.tensors, shapes.split(adapter.vector()), strict=True)
    bare = task_type == _BARE
    tensors = {_disk_name(tensor.name, bare): np.ascontiguousarray(value, np.float32) for tensor, value in values}
    save_file(dict(sorted(tensors.items())), directory / WEIGHTS, metadata={"format": "pt"})
    config = _config(settings, shapes, base_model_name, head, task_type) | {"fan_in_fan_out": transposed}
    text = json.dumps(config, indent=2, sort_keys=True)
    (directory / CONFIG).write_text(text + "\n", encoding="utf-8")


def task_type_of(encoder: Encoder) -> str | None:
    """PEFT's word for what a model does; none for images. No class of transformers classifies means over tokens, so
    what PEFT can load there is the encoder."""
    if encoder.is_decoder:
        return "CAUSAL_LM"
    if encoder.pooling == "mean":
        return _BARE
    return "SEQ_CLS" if encoder.task == "text" else None


def read_peft(directory: Path, shapes: AdapterShapes, fresh_head: Mapping[str, Values] | None = None) -> Adapter:
    """The adapter in `directory`; one saved without any tensor of the head gets `fresh_head`, if that is given.

    Raises ScenarioError where a tensor's name or shape differs from `shapes`.
    """
    path = directory / WEIGHTS
    tensors, bare = _load(path), _is_bare(directory)
    if fresh_head is not None and not any(_disk_name(tensor.name, bare) in tensors for tensor in shapes.dense):
        tensors = tensors | {_disk_name(name, bare): value for name, value in fresh_head.items()}
    expected = {_disk_name(tensor.name, bare): tensor.shape for tensor in shapes.tensors}
    for name in sorted(expected.keys() | tensors.keys()):
        _check(name, expected, tensors, str(path))
    vector = np.concatenate([tensors[name].astype(np.float32).ravel() for name in expected])
    return Adapter.from_vector(shapes, vector)


def check_config(directory: Path, settings: AdapterSettings) -> None:
    """Raises ScenarioError unless `adapter_config.json` is plain LoRA on the base as it is, of the scenario's rank and
    alpha, which the head alone does not have."""
    path = directory / CONFIG
    if not path.is_file():
        raise ScenarioError("no such file: not a folder that PEFT wrote", file=str(path))
    values = read_json(path)
    pairs = {} if settings.method == "head" else {"r": settings.rank, "lora_alpha": settings.alpha}
    for key, ours in {"peft_type": "LORA", **pairs}.items():
        if values.get(key) != ours:
            field = {"r": "rank", "lora_alpha": "alpha"}.get(key)
            says = f"learning.adapter.{field} is {ours:g}" if field else f"only {ours} is read"
            raise ScenarioError(f"is {values.get(key)!r}, but {says}", file=str(path), path=key)
    for key in _UNSUPPORTED:
        if values.get(key):
            raise ScenarioError(f"is {values[key]!r}; only plain LoRA is read", file=str(path), path=key)
    if values.get("bias", "none") != "none":
        raise ScenarioError(f"is {values['bias']!r}; only 'none' is read", file=str(path), path="bias")
    if str(values.get("init_lora_weights")).lower().startswith(_CHANGES_BASE):
        message = f"is {values['init_lora_weights']!r}: this adapter belongs to a base that was changed with it; "
        message += "PEFT converts it: save_pretrained(..., path_initial_model_for_weight_conversion=...)"
        raise ScenarioError(message, file=str(path), path="init_lora_weights")


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


def _is_bare(directory: Path) -> bool:
    path = directory / CONFIG
    return path.is_file() and read_json(path).get("task_type") == _BARE


def _disk_name(name: str, bare: bool) -> str:
    if not name.endswith((".lora_A", ".lora_B")):
        return f"{_PREFIX}{name}"
    return f"{_PREFIX}{_within_encoder(name) if bare else name}.weight"


def _within_encoder(name: str) -> str:
    """`encoder.layer.0.output.dense` of `bert.encoder.layer.0.output.dense`."""
    return name.partition(".")[2]


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
        "target_modules": _targets(settings, shapes, bare=task_type == _BARE),
        "modules_to_save": None if task_type == _BARE else list(head),
    }


def _targets(settings: AdapterSettings, shapes: AdapterShapes, *, bare: bool) -> list[str] | str:
    """Short names, unless PEFT would find a layer of the head by one of them, or of an encoder's pooler, which is not
    used; then whole names. PEFT's word for no layer at all where the head alone is trained."""
    if not shapes.pairs:
        return _NO_TARGETS
    if bare:
        return sorted(_within_encoder(pair.name) for pair in shapes.pairs)
    every = settings.target_modules == "all-linear"
    names = {last_name(pair) for pair in shapes.pairs} if every else set(settings.target_modules)
    head = {tensor.name.rpartition(".")[0] for tensor in shapes.dense}
    clash = any(is_called(module, name) for module in head for name in names)
    return sorted(pair.name for pair in shapes.pairs) if clash else sorted(names)
