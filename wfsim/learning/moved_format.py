"""A base that an aggregator has moved, on disk beside the adapter that belongs to it."""

from __future__ import annotations

from pathlib import Path

from wfsim.learning.base import Base
from wfsim.learning.base_values import base_values
from wfsim.learning.full_format import write_full
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter

FOLDER = "base"


def write_moved(directory: Path, base: Base, adapter: Adapter, workload: Workload) -> None:
    """Write the moved base with the adapter's head as transformers does, into `directory`/base.

    `PeftModel.from_pretrained(AutoModelFor....from_pretrained(directory / "base"), directory)` is then the simulated
    model, or its encoder where the classifier reads means (see `write_peft`).
    """
    frozen = base_values(workload.settings.model.directory(), workload.encoder)
    deltas = {name: delta.T if workload.encoder.transposed else delta for name, delta in base.deltas.items()}
    moved = {f"{name}.weight": frozen[f"{name}.weight"] + delta for name, delta in deltas.items()}
    head = {name: values.copy() for name, values in adapter.dense.items()}  # torch wants arrays that it may write
    write_full(directory / FOLDER, Adapter(pairs={}, dense={**moved, **head}), workload)
