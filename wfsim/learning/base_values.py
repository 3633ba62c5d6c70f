"""The base's weights as NumPy arrays, read without torch: version 0 of a federation that trains them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.base_tensors import name_at_run_time
from wfsim.learning.checkpoint import weight_files
from wfsim.learning.families import Encoder
from wfsim.messages import Values

_TYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16}


def base_values(directory: Path, encoder: Encoder) -> dict[str, Values]:
    """Every frozen tensor of a checked model by its name at run time, float32, in the encoder's order."""
    from safetensors import deserialize

    stored = dict(entry for path in weight_files(directory) for entry in deserialize(path.read_bytes()))
    found = {name_at_run_time(name, encoder): tensor for name, tensor in stored.items()}
    return {wanted.name: _values(found[wanted.name]).reshape(wanted.shape) for wanted in encoder.frozen}


def _values(tensor: dict[str, object]) -> NDArray[np.float32]:
    """Of a tensor as safetensors hands it out: bytes and the name of a number format."""
    data = tensor["data"]
    if tensor["dtype"] == "BF16":  # the upper half of binary32, which NumPy has no type for
        return (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, _TYPES[tensor["dtype"]]).astype(np.float32)
