"""Short values with units."""

from __future__ import annotations

import pytest

from wfsim.figures._quantity import BITS, says_what_it_is, short_value, unit_of


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("radio.bandwidth_hz", 1e6, "1 MHz"),
        ("radio.bandwidth_hz", 250_000, "250 kHz"),
        ("radio.bandwidth_hz", 50.0, "50 Hz"),
        ("devices.compute.flops_per_s", 2.5e9, "2.5 GFLOP/s"),
        ("protocol.round_s", 4.0, "4 s"),
        ("radio.link.gap_db", -1.5, "-1.5 dB"),
        ("radio.uplink_power_dbm", 10, "10 dBm"),
        ("radio.packets.mtu_bytes", 1500, "1.5 kB"),
        ("learning.adapter.rank", 4, "4"),
        ("learning.local.optimizer.lr", 0.01, "0.01"),
        ("codec.values", "fp16", "fp16"),
        ("stop.rounds", None, "null"),
        ("trace.channel", True, "true"),
        ("learning.adapter.target_modules", ["q_proj", "v_proj"], "q_proj+v_proj"),
        (
            "learning.adapter.target_modules",
            ["query", "key", "value", "dense", "outputs"],
            "query+key+val\u2026dense+outputs",
        ),
        ("learning.adapter.start", "a/long/path/to/some/adapter/weights", "a/long/path/t\u2026apter/weights"),
        ("learning.local", {}, "{}"),
        ("radio.kbps", 3, "3"),  # ends with letters of a unit, but not with a unit
    ],
)
def test_values(key: str, value: object, text: str) -> None:
    assert short_value(key, value) == text


@pytest.mark.parametrize(("largest", "unit"), [(0.0, "Mbit"), (9.9e9, "Mbit"), (1e10, "Gbit"), (1e20, "Tbit")])
def test_units_keep_ticks_short(largest: float, unit: str) -> None:
    assert unit_of(BITS, largest)[0] == unit


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [("codec.values", "fp16", True), ("x.p", ["q"], True), ("x.t_s", 3, True)]
    + [("x.rank", 4, False), ("x.on", True, False), ("x.p", None, False), ("x.kind", "none", False)],
)
def test_words_and_units_say_what_they_are(key: str, value: object, says: bool) -> None:
    assert says_what_it_is(key, value) is says
