"""Arrays and a few facts in one file that knows whether it is whole: checkpoints and computed work."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
DRAFT = ".part"


class DamagedFile(ValueError):
    """The file is torn, altered, of another format, or not one of ours."""


def write_arrays(path: Path, facts: Mapping[str, Any], arrays: Sequence[NDArray[Any]]) -> None:
    """Write JSON facts and arrays; through a draft in the same folder, so that nobody ever sees half a file.

    Layout: one line of JSON (format, digest, facts, dtype and shape of every array), then the arrays' bytes.
    """
    header = {"format": FORMAT, "facts": facts, "arrays": [[array.dtype.str, list(array.shape)] for array in arrays]}
    payload = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    first = json.dumps({"digest": _digest(header, payload), **header}, separators=(",", ":")).encode() + b"\n"
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}{DRAFT}")
    try:
        draft.write_bytes(first + payload)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)  # half of it would stay on a full disk
        raise


def read_arrays(path: Path) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Facts and arrays (read-only). Raises FileNotFoundError, and DamagedFile unless every byte is as written."""
    first, _, payload = path.read_bytes().partition(b"\n")
    try:
        header = json.loads(first)
        digest = header.pop("digest")
        if header["format"] != FORMAT or digest != _digest(header, payload):
            raise DamagedFile(f"{path}: format {header['format']} or contents are not as written")
        return header["facts"], _split(header["arrays"], payload)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedFile(f"{path}: {error}") from None


def _split(layout: Sequence[tuple[str, list[int]]], payload: bytes) -> list[NDArray[Any]]:
    arrays, at = [], 0
    for dtype, shape in layout:
        count = int(np.prod(shape, dtype=np.int64))
        arrays.append(np.frombuffer(payload, dtype, count, at).reshape(shape))
        at += arrays[-1].nbytes
    return arrays


def _digest(header: Mapping[str, Any], payload: bytes) -> str:
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    return hashlib.blake2b(len(text).to_bytes(8, "little") + text + payload, digest_size=16).hexdigest()
