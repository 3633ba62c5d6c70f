from __future__ import annotations

import numpy as np

from wfsim.rng import Streams
from wfsim.wired import Hop


def test_each_format_carries_its_integral(tmp_path):
    (tmp_path / "rate.csv").write_text("t,mbit\n0,1\n2,0\n3,4\n")
    csv = {"kind": "measured", "path": str(tmp_path / "rate.csv"), "time_column": "t", "rate_column": "mbit"}
    hop = Hop.parse({**csv, "rate_unit": "mbit/s", "delay_s": 0.02})
    carrier = hop.realise(Streams(1), "a>b", 0.0)
    assert carrier.bits_between(1.0, 4.0) == 5e6
    assert carrier.finish_s(1.0, 2e6) == 3.25
    assert carrier.delay_s(9.0) == hop.expected_delay_s() == 0.02
    assert hop.expected_bps() == 8e6 / 4.5  # the last row holds for the median step, 1.5 s


def test_mahimahi_and_npz(tmp_path):
    (tmp_path / "rate.up").write_text("1\n1\n4\n")
    np.savez(tmp_path / "rate.npz", time_s=[0.0, 1.0], rate_bps=[2.0, 4.0])
    up, npz = (
        Hop.parse({"kind": "measured", "path": str(tmp_path / f"rate.{end}"), "format": name})
        for end, name in (("up", "mahimahi"), ("npz", "npz"))
    )
    assert up.realise(Streams(1), "a>b", 0.0).finish_s(0.0, 36_000.0) == 0.004
    assert npz.realise(Streams(1), "a>b", 0.0).finish_s(0.0, 6.0 + 3.0) == 2.0 + 1.0 + 0.25
