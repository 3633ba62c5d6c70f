"""Ranks of devices that never change."""

from __future__ import annotations

import pytest

from wfsim.control import Setting
from wfsim.control.fixed_ranks import FixedRanks
from wfsim.errors import ScenarioError
from wfsim.messages import Candidate, Request
from wfsim.scenario.load import load_scenario

SETTING = Setting(rank=8, steps={f"d{number}": 5 for number in range(5)}, band_hz=1e6)
COHORT = [Candidate(device=name, mean_snr_db=9.0, snr_db=9.0, upload_bits=1e4) for name in ("d1", "d3", "d4")]


def test_ranks_are_dealt_by_name_and_granted_as_ordered() -> None:
    rule = FixedRanks(ranks=(2, 4, 8))
    state = rule.begin(SETTING)
    orders = rule.orders(3, COHORT, SETTING, state)
    assert {name: order.rank for name, order in orders.items()} == {"d1": 4, "d3": 2, "d4": 4}
    requests = [Request(device=c.device, round=3, snr_db=9.0) for c in COHORT]
    assert {g.device: g.keep for g in rule.grants(requests, COHORT, SETTING, state)} == {"d1": 4, "d3": 2, "d4": 4}


def test_a_rank_that_the_adapter_lacks_is_refused() -> None:
    for ranks in ((2, 9), (0,)):
        with pytest.raises(ScenarioError, match="is not within 1 to the adapter's 8"):
            FixedRanks(ranks=ranks).begin(SETTING)


def test_a_codec_that_draws_ranks_by_lot_is_refused() -> None:
    """It would send ranks that the device has not trained, and leave out those that it has."""
    codec = {"kind": "error_feedback", "inner": {"kind": "random_ranks"}}
    with pytest.raises(ScenarioError, match="train their first ranks; codec error_feedback sends any"):
        load_scenario("digits", {"controller": {"kind": "fixed_ranks", "ranks": [1]}, "codec": codec})
