"""Whether a checkpoint holds the frozen base that its `config.json` describes, seen from the files' headers alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wfsim.errors import ScenarioError
from wfsim.learning.checkpoint import INDEX, SINGLE, StoredTensor

if TYPE_CHECKING:
    from wfsim.learning.families import Encoder

_OUTPUTS = ("lm_head.", "embed_out.")  # a language model's output layer lies beside its base
_FLOATING = ("F64", "F32", "F16", "BF16")
_OLD_NORMS = ((r"LayerNorm\.gamma$", "LayerNorm.weight"), (r"LayerNorm\.beta$", "LayerNorm.bias"))


def check_tensors(directory: Path, encoder: Encoder, stored: Mapping[str, StoredTensor]) -> None:
    """Raises ScenarioError for a frozen tensor that is missing, misshapen or not floating point."""
    found = {name_at_run_time(name, encoder): (name, tensor) for name, tensor in stored.items()}
    for wanted in encoder.frozen:
        if wanted.name not in found:
            file = directory / (SINGLE if (directory / SINGLE).is_file() else INDEX)
            raise ScenarioError(f"the checkpoint lacks {wanted.name}", file=str(file))
        name, tensor = found[wanted.name]
        if tensor.shape != wanted.shape:
            message = f"{name} has shape {list(tensor.shape)}, config.json says {list(wanted.shape)}"
            raise ScenarioError(message, file=tensor.file)
        if tensor.dtype not in _FLOATING:
            message = f"{name} is stored as {tensor.dtype}; only {', '.join(_FLOATING)} are read"
            raise ScenarioError(message, file=tensor.file)


def name_at_run_time(name: str, encoder: Encoder) -> str:
    """As transformers renames: a base saved alone lacks the model's prefix, older files have older names."""
    prefix = f"{encoder.base or encoder.family}."
    name = name if name.startswith((prefix, *_OUTPUTS)) else prefix + name
    for pattern, replacement in (*_OLD_NORMS, *encoder.renamed):
        name = re.sub(pattern, replacement, name)
    return name
