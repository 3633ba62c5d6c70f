"""What a run learned, on disk: a PEFT folder, with the base where that moved; a whole model where all was trained."""

from __future__ import annotations

from pathlib import Path

from wfsim.learning.base import Base
from wfsim.learning.full_format import write_full
from wfsim.learning.moved_format import write_moved
from wfsim.learning.peft_format import task_type_of, write_peft
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter


def write_final(directory: Path, adapter: Adapter, base: Base | None, workload: Workload) -> None:
    """Write an adapter and the base (None: the model on disk) that it belongs to."""
    settings, encoder = workload.settings, workload.encoder
    if settings.adapter.method == "full":
        write_full(directory, adapter, workload)
        return
    write_peft(
        directory,
        adapter,
        settings=settings.adapter,
        shapes=workload.shapes,
        base_model_name=settings.model.public_name,
        head=[module.name for module in encoder.head],
        task_type=task_type_of(encoder),
        transposed=encoder.transposed,
    )
    if base is not None:
        write_moved(directory, base, adapter, workload)
