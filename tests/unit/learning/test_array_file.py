from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.array_file import DamagedFile, read_arrays, write_arrays

ARRAYS = [np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros((0, 4)), np.array([True, False]), np.array(7)]


def test_what_is_written_is_read(tmp_path) -> None:
    write_arrays(tmp_path / "a", {"mark": 3, "names": ["x"]}, ARRAYS)
    facts, arrays = read_arrays(tmp_path / "a")
    assert facts == {"mark": 3, "names": ["x"]}
    for array, read in zip(ARRAYS, arrays, strict=True):
        assert (array.dtype, array.shape) == (read.dtype, read.shape)
        assert np.array_equal(array, read)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_every_changed_byte_is_noticed(tmp_path) -> None:
    path = tmp_path / "a"
    write_arrays(path, {"mark": 3}, ARRAYS)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(DamagedFile):
            read_arrays(path)


def test_every_torn_end_is_noticed(tmp_path) -> None:
    path = tmp_path / "a"
    write_arrays(path, {}, ARRAYS)
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(DamagedFile):
            read_arrays(path)


def test_an_absent_file_is_no_damaged_one(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "a")
