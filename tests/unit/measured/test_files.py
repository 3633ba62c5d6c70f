"""Every malformed file is refused in one line that names file, line and value."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.measured.mahimahi import read_mahimahi
from wfsim.measured.npz import read_npz
from wfsim.measured.table import read_table


def read_rates(path):
    table = read_table(path)
    return table.times_s("time_s"), table.numbers("rate_bps", least=0.0)


def refusal(read, path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ScenarioError) as refused:
        read(str(path))
    text = str(refused.value)
    assert str(path) in text
    assert "\n" not in text
    return text.removeprefix(str(path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", ": is empty"),
        (" \n\n", ": is empty"),
        (b"1\n2\n\xff\xfe\n", ":3: is binary: byte 0xff"),
        (b"1\n2\n\x00\n", ":3: is binary: byte 0x00"),
        ("1\n5\n4\n", ":3: time runs back from 5 to 4 ms"),
        ("1\n-5\n", ":2: '-5' is no time in ms"),
        ("1\n2.5\n", ":2: '2.5' is no time in ms"),
        ("1\nnan\n", ":2: 'nan' is no time in ms"),
        ("1\n\n2\n", ":2: '' is no time in ms"),
        ("0\n0\n", ":2: ends at 0 ms"),
    ],
)
def test_mahimahi(tmp_path, content, says):
    assert refusal(read_mahimahi, tmp_path / "trace.up", content).startswith(says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", ": is empty"),
        (b"time_s,rate_bps\n1,\xff\n", ":2: is binary: byte 0xff"),
        ("time_s,rate_bps\n", ":1: has no rows"),
        ("time_s,rate\n1,2\n", ":1: has no column 'rate_bps' (did you mean 'rate'?); there are: time_s, rate"),
        ("time_s,rate_bps\n1,2\n2\n", ":3: has 1 fields; its header names 2"),
        ("time_s,rate_bps\n1,2\n2,3,4\n", ":3: has 3 fields; its header names 2"),
        ("time_s,rate_bps\n1,2\n3,2\n2,2\n", ":4: time runs back from '3' to '2'"),
        ("time_s,rate_bps\n1,2\n3,-2\n", ":3: rate_bps is -2, which is below 0"),
        ("time_s,rate_bps\n1,nan\n", ":2: rate_bps is 'nan', which is no finite number"),
        ("time_s,rate_bps\n1,\n", ":2: rate_bps is '', which is no finite number"),
        ("time_s,rate_bps\nnoon,1\n", ":2: 'noon' is no time"),
        ("time_s,rate_bps\ninf,1\n", ":2: 'inf' is no time"),
    ],
)
def test_csv(tmp_path, content, says):
    assert refusal(read_rates, tmp_path / "trace.csv", content).startswith(says)


def archive(tmp_path, **arrays):
    np.savez(tmp_path / "made.npz", **arrays)
    return (tmp_path / "made.npz").read_bytes()


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"time_s": [0.0, 1.0]}, ": has no array 'rate_bps'; there are: time_s"),
        ({"time_s": [0.0, 2.0, 1.0], "rate_bps": [1.0] * 3}, ": time_s[2] is 1: time that runs back"),
        ({"time_s": [0.0, 1.0], "rate_bps": [1.0, -1.0]}, ": rate_bps[1] is -1: below 0"),
        ({"time_s": [0.0, 1.0], "rate_bps": [1.0, np.nan]}, ": rate_bps[1] is nan: no finite number"),
        ({"time_s": [0.0], "rate_bps": [1.0, 2.0]}, ": time_s has shape (1,) and rate_bps (2,)"),
        ({"time_s": [], "rate_bps": []}, ": time_s has shape (0,) and rate_bps (0,)"),
        ({"time_s": ["a"], "rate_bps": [1.0]}, ": time_s holds no numbers"),
    ],
)
def test_npz(tmp_path, arrays, says):
    content = archive(tmp_path, **arrays)
    assert refusal(lambda path: read_npz(path, "rate_bps", least=0.0), tmp_path / "trace.npz", content).startswith(says)


def test_what_is_no_archive_or_no_file(tmp_path):
    assert (
        refusal(lambda path: read_npz(path, "rate_bps"), tmp_path / "x.npz", "text") == ": is no npz archive of NumPy"
    )
    with pytest.raises(ScenarioError, match=r"none\.up: cannot be read: No such file"):
        read_mahimahi(str(tmp_path / "none.up"))


def test_times_as_numbers_and_dates(tmp_path):
    rows = {
        "seconds": ("1.5", "4.5"),
        "iso": ("2021-12-17T14:07:46Z", "2021-12-17 14:07:49+00:00"),
        "unix": ("Fri Dec 17 14:07:46 UTC 2021", "Fri Dec 17 14:07:49 UTC 2021"),
    }
    for name, times in rows.items():
        (tmp_path / name).write_text("t,v\n" + "".join(f"{time},1\n" for time in times))
        assert np.diff(read_table(str(tmp_path / name)).times_s("t")).tolist() == [3.0]


def test_npz_holds_what_a_table_holds(tmp_path):
    np.savez(tmp_path / "t.npz", time_s=[0, 2, 3], rate_bps=[1, 1, 4])
    recording = read_npz(str(tmp_path / "t.npz"), "rate_bps", least=0.0)
    assert recording.edges_s.tolist() == [0.0, 2.0 + 1.0, 4.5]
    assert recording.values.tolist() == [1.0, 4.0]


def test_a_mahimahi_line_lets_a_packet_arrive_by_its_time(tmp_path):
    (tmp_path / "t.up").write_text("0\n1\n1\n3\n4\n")
    recording = read_mahimahi(str(tmp_path / "t.up"))
    bits = recording.series().integrals(np.arange(9) / 1000.0)
    assert (bits / 12_000.0).tolist() == [2.0, 0.0, 1.0, 2.0] * 2
