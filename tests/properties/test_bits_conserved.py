"""Whatever traffic, transport, loss and cut: bits and the band are accounted for, in every record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wfsim.radio.fading import Fading
from wfsim.rng import Streams

_SETTINGS = settings(
    derandomize=True, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_NAMES = ("d0", "d1", "d2")

_TRANSPORTS = st.sampled_from(
    [
        {"kind": "unreliable"},
        {"kind": "reliable"},
        {"kind": "reliable", "window_packets": 1},
        {"kind": "reliable_until_deadline", "max_attempts": 3},
        {"kind": "reliable_until_deadline", "max_attempts": 3, "window_packets": 4},
    ]
)
_LINKS = st.builds(
    dict,
    kind=st.just("shannon"),
    residual_loss=st.sampled_from([0.0, 0.1, 0.6]),
    csi_age_s=st.sampled_from([0.0, 0.007, 0.05]),
    margin_db=st.sampled_from([0.0, 3.0]),
)
_TRANSFERS = st.builds(
    dict,
    bits=st.lists(st.integers(500, 12_000), min_size=1, max_size=30),
    at_s=st.floats(0.0, 0.3),
    links=st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True),
    weight=st.floats(0.05, 0.34),
    transport=_TRANSPORTS,
)
_CELLS = st.builds(
    dict,
    snr_hz=st.lists(st.floats(2e5, 1e8), min_size=3, max_size=3),
    link=_LINKS,
    access=st.sampled_from(["dedicated", "fdma", {"kind": "fdma", "work_conserving": False}]),
    background=st.sampled_from(["none", {"kind": "daily", "from_s": 0.05, "for_s": 0.1, "day_s": 0.25}]),
    band_hz=st.sampled_from([2e5, 1e6]),
    seed=st.integers(0, 5),
)
# Everything is cut in the end: packets longer than many blocks, sent on stale knowledge, would be repeated for ever.
_CUTS_S = st.floats(0.0, 0.4) | st.just(4.0)
_TRAFFIC = st.lists(st.tuples(_TRANSFERS, _CUTS_S), min_size=1, max_size=5)


def _fly(make_air: Callable[..., Any], cell: dict[str, Any], traffic: list[tuple[dict[str, Any], float]]) -> Any:
    paths = Fading.parse({"kind": "rayleigh", "coherence_s": 0.02}).realise(Streams(cell["seed"]), _NAMES)
    air = make_air(**cell, paths=paths)
    for number, (transfer, cut_after_s) in enumerate(traffic):
        air.send(f"f{number}", **transfer)
        air.cut(f"f{number}", at_s=transfer["at_s"] + cut_after_s)
    return air.run()


@_SETTINGS
@given(cell=_CELLS, traffic=_TRAFFIC)
def test_sent_and_offered_bits_are_accounted_for(make_air: Callable[..., Any], cell: Any, traffic: Any) -> None:
    air = _fly(make_air, cell, traffic)
    ended = [line for line in air.lines if line["type"] == "transfer_ended"]
    assert len(ended) == sum(len(transfer["links"]) for transfer, _ in traffic)
    for line in ended:
        offered = sum(traffic[int(line["transfer"][1:])][0]["bits"])
        accounted = line["delivered_bits"] + line["lost_bits"] + line["repeated_bits"]
        assert line["sent_bits"] == pytest.approx(accounted, abs=1e-6)
        assert line["delivered_bits"] + line["undelivered_bits"] == offered
        assert all(line[f"{part}_bits"] >= -1e-6 for part in ("sent", "delivered", "lost", "repeated", "undelivered"))


@_SETTINGS
@given(cell=_CELLS, traffic=_TRAFFIC)
def test_packets_time_and_energy_are_possible(make_air: Callable[..., Any], cell: Any, traffic: Any) -> None:
    for line in _fly(make_air, cell, traffic).lines:
        if line["type"] == "transfer_ended":
            assert 0 <= line["packets_lost"] <= line["packets_sent"]
            assert -1e-12 <= line["airtime_s"] <= line["t_s"] - line["start_s"] + 1e-9
            assert line["energy_j"] == pytest.approx(2.0 * line["airtime_s"])
            assert line["blocks_at_cap"] + line["blocks_at_zero"] <= line["blocks"]


@_SETTINGS
@given(cell=_CELLS, traffic=_TRAFFIC)
def test_the_band_is_never_over_allocated(make_air: Callable[..., Any], cell: Any, traffic: Any) -> None:
    shared = [line for line in _fly(make_air, cell, traffic).lines if line["type"] == "band_shared"]
    for line in shared:
        assert sum(line["shares_hz"].values()) <= line["band_hz"] * (1.0 + 1e-12)
        closed = line["background_hz"] == line["band_hz"]
        assert all(share_hz == 0.0 if closed else share_hz > 0.0 for share_hz in line["shares_hz"].values())


@_SETTINGS
@given(cell=_CELLS, traffic=_TRAFFIC)
def test_what_arrived_is_what_the_transport_promises(make_air: Callable[..., Any], cell: Any, traffic: Any) -> None:
    air = _fly(make_air, cell, traffic)
    for number, (transfer, cut_after_s) in enumerate(traffic):
        for delivery in air.deliveries[f"f{number}"].values():
            if transfer["transport"]["kind"] == "reliable":
                cut = delivery.end_s == transfer["at_s"] + cut_after_s
                assert delivery.arrived.all() or (cut and not delivery.arrived.any())
            if transfer["transport"]["kind"] == "unreliable":
                assert delivery.attempts == 1
