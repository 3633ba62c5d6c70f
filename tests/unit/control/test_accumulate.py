from __future__ import annotations

from collections.abc import Callable

import pytest

from wfsim.control.accumulate import Accumulate
from wfsim.messages import Candidate, Request

_LINK = {"gap_db": 0.0, "max_bps_per_hz": 100.0}


def _sends(controller: Accumulate, cohort: list[Candidate], setting, **fields: float) -> bool:
    request = Request(device="a", round=1, **{"snr_db": 0.0, **fields})
    return controller.grants([request], cohort, setting(), controller.begin(setting()))[0].send


@pytest.mark.parametrize(
    ("fields", "expected_s"),
    [
        ({}, 2.0 / 1.584962500721156),
        ({"band_free": 0.5}, 4.0 / 2.321928094887362),
        ({"snr_db": 10.0}, 2.0 / 4.392317422778761),
        ({"snr_db": 10.0, "band_free": 0.1}, 20.0 / 7.651051691178929),
    ],
)
def test_the_time_that_decides_by_hand(
    known: Callable[..., Candidate], setting, fields: dict[str, float], expected_s: float
) -> None:
    """1 Mbit over half of 1 MHz, less foreign traffic, the whole power in it: log2(1 + 2), log2(1 + 4), log2(1 + 20),
    log2(1 + 200) bit/s/Hz."""
    cohort = [known("a"), known("b")]
    for factor, sends in ((1 + 1e-9, True), (1 - 1e-9, False)):
        assert _sends(Accumulate(patience_s=factor * expected_s, **_LINK), cohort, setting, **fields) is sends


@pytest.mark.parametrize(("held", "sends"), [(0, False), (2, False), (3, True), (9, True)])
def test_after_max_held_in_a_row_it_sends_whatever_the_channel(
    known: Callable[..., Candidate], setting, held: int, sends: bool
) -> None:
    controller = Accumulate(patience_s=0.1, max_held=3)
    assert _sends(controller, [known("a", held=held)], setting, snr_db=float("-inf")) is sends


def test_the_channel_when_it_asks_counts_not_that_at_selection(known: Callable[..., Candidate], setting) -> None:
    cohort, controller = [known("a", snr_db=-50.0)], Accumulate(patience_s=1.0)
    assert _sends(controller, cohort, setting, snr_db=30.0)
    assert not _sends(controller, [known("a", snr_db=30.0)], setting, snr_db=-50.0)


def test_a_band_that_foreign_traffic_takes_whole_is_waited_for(known: Callable[..., Candidate], setting) -> None:
    assert not _sends(Accumulate(patience_s=1e9), [known("a")], setting, band_free=0.0)
