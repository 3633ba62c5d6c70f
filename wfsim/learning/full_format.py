"""A wholly trained model on disk: a folder as transformers saves it, which loads like any other."""

from __future__ import annotations

import shutil
from pathlib import Path

from wfsim.learning.models import Model
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter

_CONFIG = "config.json"


def write_full(directory: Path, trained: Adapter, workload: Workload) -> None:
    """Write `config.json`, `model.safetensors` (float32) and what lies beside the base (tokenizer, normalisation).

    `trained` holds every tensor of the model (`method: full`). Load with
    `AutoModelForSequenceClassification.from_pretrained(directory)`, or with the class that `config.json` names. Under
    means over tokens that is the encoder, and weight and bias of the classifier lie in `classifier.safetensors`.
    """
    import torch

    from wfsim.learning.peft_model import load_plain_model, quiet

    base, shapes = workload.settings.model, workload.shapes
    model = load_plain_model(base.directory(), workload.encoder, shapes, torch.float32)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name, values in trained.dense.items():
            parameters[name].copy_(torch.from_numpy(values.copy()))  # what is read back is read-only
    names = {number: f"LABEL_{number}" for number in range(model.config.num_labels)}  # not those of the old head
    model.config.id2label, model.config.label2id = names, {name: number for number, name in names.items()}
    with quiet():
        model.save_pretrained(directory)
    _copy_companions(base, directory)


def _copy_companions(base: Model, directory: Path) -> None:
    for path in base.files():
        if path.name != _CONFIG and "safetensors" not in path.name:
            shutil.copyfile(path, directory / path.name)
