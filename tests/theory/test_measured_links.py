"""Links that follow files deliver what the files say, in both engines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wfsim.radio.measured import MeasuredLink, Setting
from wfsim.rng import Streams

DATA = Path(__file__).parents[1] / "data"
BAND_HZ = 1e6
SETTING = Setting(bandwidth_hz=BAND_HZ, noise_figure_db=6.0, uplink_power_dbm=20.0, downlink_power_dbm=33.0)
PACKET_BITS = 12_000.0
ENGINES = ("bulk", "reference")
MADE_UP_MS = [1, 1, 2, 5, 5, 5, 9, 10, 11, 17, 17]


def over(part, direction="up", seed=1):
    return lambda default: MeasuredLink.parse(part).channel(default, Streams(seed), direction, SETTING)


def packets_by(make_air, part, engine, end_s, *, offered=1300):
    """How many packets of 1500 bytes a saturated device has delivered by a time."""
    air = make_air(engine=engine, over=over(part))
    air.send("t", [PACKET_BITS] * offered)
    air.cut("t", at_s=end_s)
    return int(air.run().deliveries["t"]["d0"].arrived.sum())


def admitted(lines_ms, end_ms):
    """Lines of a looped file up to a time."""
    laps, rest_ms = divmod(end_ms, lines_ms[-1])
    return laps * len(lines_ms) + sum(line <= rest_ms for line in lines_ms)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_millisecond_of_a_mahimahi_file(make_air, tmp_path, engine):
    (tmp_path / "t.up").write_text("".join(f"{ms}\n" for ms in MADE_UP_MS))
    part = {"kind": "mahimahi", "path": str(tmp_path / "t.up")}
    for end_ms in [*range(1, 40), 17 * 60, 17 * 60 + 1]:
        wanted = admitted(MADE_UP_MS, end_ms)
        assert packets_by(make_air, part, engine, end_ms / 1000.0, offered=wanted + 9) == wanted, end_ms


@pytest.mark.parametrize("engine", ENGINES)
def test_an_excerpt_of_a_real_lte_uplink(make_air, engine):
    path = DATA / "verizon-lte-short-head.up"
    lines_ms = [int(line) for line in path.read_text().split()]
    for end_ms in (7, 8, 14, 100, 819, 820, 827, 828, 1640):
        found = packets_by(make_air, {"kind": "mahimahi", "path": str(path)}, engine, end_ms / 1000.0)
        assert found == admitted(lines_ms, end_ms), end_ms


@pytest.mark.parametrize("engine", ENGINES)
def test_an_excerpt_of_a_5g_drive_test_brings_its_integral(make_air, engine):
    """Rows every 3 s, nearly: the trapezoids of a step function, by hand."""
    path = DATA / "mtu-5g-uplink-171221-head.csv"
    columns = {"time_column": "Time", "rate_column": "RATE(MBit/s)", "rate_unit": "mbit/s"}
    rates = [float(line.split(",")[-1]) for line in path.read_text().splitlines()[1:3]]
    found = packets_by(make_air, {"kind": "csv", "path": str(path), **columns}, engine, 0.3)
    assert 0.0 <= rates[0] * 1e6 * 0.3 / PACKET_BITS - found < 1.0


def test_a_share_of_the_band_has_its_part_of_the_rate(make_air, tmp_path):
    """Two devices of equal weight take twice as long; foreign traffic in half the band does the same to one."""
    (tmp_path / "r.csv").write_text("time_s,rate_bps\n0,1e6\n1,3e6\n")
    part = {"kind": "csv", "path": str(tmp_path / "r.csv"), "at_end": "hold"}
    pair = make_air((1e9, 1e9), over=over(part))
    for link in (0, 1):
        pair.send(f"t{link}", [1e6], links=[link])
    assert [pair.run().end_s(name) for name in ("t0", "t1")] == pytest.approx([1.0 + 1e6 / 3e6] * 2)
    alone = make_air(over=over(part), background={"kind": "daily", "share": 0.5, "for_s": 86_400.0})
    alone.send("t", [1e6])
    assert alone.run().end_s("t") == pytest.approx(1.0 + 1e6 / 3e6)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("direction", ["up", "down"])
def test_an_snr_goes_through_the_curve_of_the_link(make_air, tmp_path, engine, direction):
    """log2(1 + snr) x share; uplink power is all in the share, downlink power spread over the band."""
    (tmp_path / "s.csv").write_text("time_s,snr_db\n0,10\n1,20\n")
    part = {"kind": "csv", "path": str(tmp_path / "s.csv"), "snr_column": "snr_db", "at_end": "hold"}
    power_band_hz = BAND_HZ if direction == "down" else None
    link = {"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 99.0}
    air = make_air((1e9, 1e9), over=over(part, direction), link=link, engine=engine, power_band_hz=power_band_hz)
    for number in (0, 1):
        air.send(f"t{number}", [4e6], links=[number])
    rate_bps = [0.5 * BAND_HZ * np.log2(1.0 + snr * (2.0 if direction == "up" else 1.0)) for snr in (10.0, 100.0)]
    assert air.run().end_s("t0") == pytest.approx(1.0 + (4e6 - rate_bps[0]) / rate_bps[1])


@pytest.mark.parametrize("engine", ENGINES)
def test_old_knowledge_of_a_falling_snr_loses_packets(make_air, tmp_path, engine):
    """From 1 s to 1.1 s the rate is that of 20 dB and the channel that of 10 dB; a measured rate never fails."""
    (tmp_path / "s.csv").write_text("time_s,snr_db\n0,20\n1,10\n")
    part = {"kind": "csv", "path": str(tmp_path / "s.csv"), "snr_column": "snr_db", "at_end": "hold"}
    link = {"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 99.0, "csi_age_s": 0.1}
    air = make_air(over=over(part), link=link, engine=engine)
    fast_bps = BAND_HZ * np.log2(101.0)
    air.send("t", [fast_bps / 100.0] * 120)
    assert air.run().ended("t")["lost"] == list(range(100, 110))
    (tmp_path / "r.csv").write_text("time_s,rate_bps\n0,6e6\n1,3e6\n")
    rated = make_air(over=over({"kind": "csv", "path": str(tmp_path / "r.csv")}), link=link, engine=engine)
    rated.send("t", [6e4] * 120)
    assert rated.run().ended("t")["lost"] == []


def test_links_beside_measured_ones_fade_as_before(make_air, tmp_path):
    """Device d1 is not named: its transfer is as it is without any file, gains and all."""
    from wfsim.radio.fading.rayleigh import Rayleigh

    (tmp_path / "t.up").write_text("".join(f"{ms}\n" for ms in MADE_UP_MS))
    part = {"kind": "mahimahi", "path": str(tmp_path / "t.up"), "devices": ["d0"]}
    ends = []
    for laid in (None, over(part)):
        paths = Rayleigh().realise(Streams(3), ("d0", "d1"))
        air = make_air((1e7, 1e7), paths=paths, over=laid, access="dedicated")
        air.send("own", [PACKET_BITS] * 300, links=[1])
        ends.append(air.run().end_s("own"))
    assert ends[1] == pytest.approx(ends[0], rel=1e-9)
