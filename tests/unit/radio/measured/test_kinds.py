from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.errors import ScenarioError
from wfsim.local_path import without_paths
from wfsim.radio.channel import Channel
from wfsim.radio.fading import ConstantPaths
from wfsim.radio.link.shannon import Shannon
from wfsim.radio.measured import MeasuredLink, Setting
from wfsim.rng import Streams

NAMES = ("d0", "d1", "d2")
SETTING = Setting(bandwidth_hz=1e6, noise_figure_db=6.0, uplink_power_dbm=20.0, downlink_power_dbm=33.0)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("time_s,rate_bps,snr_db,rsrp_dbm\n" + "".join(f"{t},{1e6 + t},{t},-90\n" for t in range(100)))
    return str(path)


def channel_of(part, direction="up", names=NAMES, seed=1):
    default = Channel(names, np.full(len(names), 1e8), ConstantPaths(names), Shannon(gap_db=0.0))
    return MeasuredLink.parse(part).channel(default, Streams(seed), direction, SETTING)


def rates_at(channel, t_s):
    """bit/s of each link over the whole band."""
    count = len(channel.names)
    return 1e6 * channel.chosen(np.arange(count), np.full(count, 1e6), channel.pieces(t_s, 1))[:, 0]


def test_offsets_are_whole_samples_of_each_device_and_alike_in_both_directions(table):
    part = {"kind": "csv", "path": table, "offset_s": 50.0}
    offsets_s = rates_at(channel_of(part), 0.0) - 1e6
    assert len(set(offsets_s.tolist())) == 3
    assert offsets_s == pytest.approx(np.round(offsets_s), abs=1e-6)
    assert offsets_s.min() >= 0.0
    assert offsets_s.max() < 50.0
    assert rates_at(channel_of(part, "down"), 0.0) - 1e6 == pytest.approx(offsets_s)
    assert rates_at(channel_of(part, names=("d9", "d2")), 0.0)[1] == rates_at(channel_of(part), 0.0)[2]
    assert (rates_at(channel_of(part, seed=2), 0.0) - 1e6).tolist() != offsets_s.tolist()


def test_a_downlink_of_its_own(table, tmp_path):
    (tmp_path / "down.csv").write_text("time_s,rate_bps\n0,7e6\n")
    part = {"kind": "csv", "path": table, "downlink_path": str(tmp_path / "down.csv")}
    assert rates_at(channel_of(part), 5.0)[0] == pytest.approx(1e6 + 5.0)
    assert rates_at(channel_of(part, "down"), 5.0)[0] == pytest.approx(7e6)


def test_rsrp_is_an_snr_by_noise_and_powers(table):
    """-90 dBm in 15 kHz over -173.975 + 6 dBm/Hz; a device sends 13 dB less than the base station."""
    part = {"kind": "csv", "path": table, "rsrp_column": "rsrp_dbm"}
    snr_db = -90.0 - 10.0 * np.log10(15e3) + 173.975 - 6.0
    for direction, known_db in (("down", snr_db), ("up", snr_db - 13.0)):
        channel = channel_of(part, direction)
        known_hz = channel.known_gains(np.arange(3), 0.0) * channel.snr_hz
        assert 10.0 * np.log10(known_hz / 1e6) == pytest.approx([known_db] * 3, abs=1e-3)


def test_control_knows_a_rate_as_the_snr_that_shannon_needs_for_it(table):
    channel = channel_of({"kind": "csv", "path": table})
    snr = channel.known_gains(np.arange(3), 0.5) * channel.snr_hz / 1e6
    mean_bps = 0.5 * (1e6 + 99.0) + 0.5 * 1e6  # half a second of the lap before
    assert 1e6 * np.log2(1.0 + snr) == pytest.approx([mean_bps] * 3)


def test_only_named_devices_follow_and_unknown_ones_are_refused(table):
    part = {"kind": "csv", "path": table, "devices": ["d1"]}
    free, found = rates_at(channel_of({"kind": "none"}), 3.0), rates_at(channel_of(part), 3.0)
    assert [found[0], found[2]] == [free[0], free[2]]
    assert found[1] == pytest.approx(1e6 + 3.0)
    with pytest.raises(ScenarioError, match="devices names 'd1', which is none"):
        MeasuredLink.parse(part).check(("d0", "d2"))


def test_a_hash_holds_the_content_and_not_the_place(table, tmp_path):
    def hashed(path):
        return without_paths(MeasuredLink.parse({"kind": "csv", "path": str(path)}))

    (tmp_path / "same.csv").write_bytes(Path(table).read_bytes())
    (tmp_path / "other.csv").write_text("time_s,rate_bps\n0,1\n")
    assert hashed(table) == hashed(tmp_path / "same.csv") != hashed(tmp_path / "other.csv")
    assert table not in str(hashed(table))


def test_what_cannot_be_is_refused(table):
    with pytest.raises(ValidationError, match="rsrp_column is given beside snr_column"):
        MeasuredLink.parse({"kind": "csv", "path": table, "snr_column": "a", "rsrp_column": "b"})
    with pytest.raises(ValidationError, match="path"):
        MeasuredLink.parse({"kind": "mahimahi"})
