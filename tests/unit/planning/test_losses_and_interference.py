from __future__ import annotations

import numpy as np
import pytest

from wfsim.planning.mean_round import MeanRound, mean_round
from wfsim.scenario.load import load_scenario

_STILL = ["learning.kind=none", "topology.devices=5", "radio.link.gap_db=0", "radio.link.max_bps_per_hz=100"]
_HALF = "radio.loss={kind: gilbert_elliott, p_good_to_bad: 0.1, p_bad_to_good: 0.1}"


def _mean(*changes: str) -> MeanRound:
    return mean_round(load_scenario("digits", [*_STILL, *changes]))


def test_bursts_count_at_their_mean() -> None:
    """Half of the time in the bad state: a packet flies twice on average, under a residual loss of 1/2 four times."""
    plain, bursts, both = _mean(), _mean(_HALF), _mean(_HALF, "radio.link.residual_loss=0.5")
    assert [bursts.upload_s(4), both.upload_s(4)] == pytest.approx([2.0 * plain.upload_s(4), 4.0 * plain.upload_s(4)])
    assert bursts.download_s == pytest.approx(2.0 * plain.download_s)


def test_interference_that_is_always_there_counts() -> None:
    """In the direction that it disturbs."""
    plain = _mean()
    station = _mean("radio.interference={kind: fixed, station_rise_db: 10, device_rise_db: 0}")
    device = _mean("radio.interference={kind: fixed, station_rise_db: 0, device_rise_db: 10}")
    assert station.channel.snr_hz == pytest.approx(plain.channel.snr_hz / 10.0)
    assert station.download_s == pytest.approx(plain.download_s)
    assert device.channel.snr_hz == pytest.approx(plain.channel.snr_hz)
    assert np.all(device.download_s > 1.2 * plain.download_s)
