"""NumPy archives of a measured series: an array of times and one of values."""

from __future__ import annotations

import io
import math
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wfsim.measured.files import bytes_of, refused
from wfsim.measured.recording import Recording, sampled

Array = NDArray[np.float64]

TIME = "time_s"


def read_npz(path: str, name: str, *, least: float = -math.inf) -> Recording:
    """The arrays `time_s` and `name` of an archive. Raises ScenarioError with the index that is wrong."""
    file, raw = bytes_of(path)
    times_s, values = _arrays(file, raw, (TIME, name))
    if times_s.shape != values.shape or not len(values):
        raise refused(file, f"{TIME} has shape {times_s.shape} and {name} {values.shape}: one value per time is needed")
    _check(file, name, values, values >= least, f"below {least:g}")
    _check(file, TIME, times_s, np.append(True, np.diff(times_s) >= 0.0), "time that runs back")
    return sampled(times_s, values)


def _opened(file: Path, raw: bytes) -> np.lib.npyio.NpzFile:
    try:
        found = np.load(io.BytesIO(raw), allow_pickle=False)
    except (ValueError, EOFError, OSError, zipfile.BadZipFile):
        raise refused(file, "is no npz archive of NumPy") from None
    if not isinstance(found, np.lib.npyio.NpzFile):
        raise refused(file, "is a single array: save it with np.savez(file, time_s=..., rate_bps=...)")
    return found


def _arrays(file: Path, raw: bytes, names: tuple[str, ...]) -> list[Array]:
    with _opened(file, raw) as archive:
        missing = [name for name in names if name not in archive.files]
        if missing:
            raise refused(file, f"has no array {missing[0]!r}; there are: {', '.join(archive.files)}")
        return [_vector(file, archive, name) for name in names]


def _vector(file: Path, archive: np.lib.npyio.NpzFile, name: str) -> Array:
    try:
        values = np.asarray(archive[name], dtype=np.float64)
    except (ValueError, TypeError, OSError, zipfile.BadZipFile):
        raise refused(file, f"{name} holds no numbers") from None
    if values.ndim != 1:
        raise refused(file, f"{name} has shape {values.shape}: a vector is needed")
    _check(file, name, values, np.isfinite(values), "no finite number")
    return values


def _check(file: Path, name: str, values: Array, good: NDArray[np.bool_], what: str) -> None:
    if not good.all():
        index = int(np.flatnonzero(~good)[0])
        raise refused(file, f"{name}[{index}] is {values[index]:g}: {what}")
