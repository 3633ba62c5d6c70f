"""IDX files (LeCun et al. 1998): bytes in a box of any number of dimensions, gzipped or not."""

from __future__ import annotations

import functools
import gzip
import hashlib
import math
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import ScenarioError

_UNSIGNED_BYTE = 0x08


class Idx(NamedTuple):
    """The values of a file, not to be written to, and the SHA-256 of its bytes."""

    values: NDArray[np.uint8]
    digest: bytes


def find_idx(folder: Path, name: str, advice: str) -> Path:
    """`name` in a folder, or `name.gz`. Raises ScenarioError, ending with `advice`, where there is neither."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise ScenarioError(f"has no file {name} or {name}.gz; {advice}", file=str(folder))


def read_idx(path: Path, dimensions: int) -> Idx:
    """Unsigned bytes with so many dimensions. Raises ScenarioError for another layout and for a file cut short."""
    return _read_idx(path, path.stat().st_mtime_ns, dimensions)


@functools.lru_cache(maxsize=4)
def _read_idx(path: Path, _changed_ns: int, dimensions: int) -> Idx:
    raw = path.read_bytes()
    values = _values(path, _unpacked(path, raw), dimensions)
    return Idx(values, hashlib.sha256(raw).digest())


def _unpacked(path: Path, raw: bytes) -> bytes:
    try:
        return gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError, zlib.error) as error:
        raise ScenarioError(f"is not a whole gzip file: {error}", file=str(path)) from None


def _values(path: Path, content: bytes, dimensions: int) -> NDArray[np.uint8]:
    start = 4 + 4 * dimensions
    if len(content) < start or content[:4] != bytes([0, 0, _UNSIGNED_BYTE, dimensions]):
        raise ScenarioError(f"is not an IDX file of bytes in {dimensions} dimension(s)", file=str(path))
    shape = tuple(np.frombuffer(content, ">u4", dimensions, offset=4).tolist())
    if len(content) - start != math.prod(shape):
        message = f"holds {len(content) - start} bytes, its header says {' x '.join(map(str, shape))}"
        raise ScenarioError(message, file=str(path))
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
