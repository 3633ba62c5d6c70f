"""Numbers of `summary.json` from journals whose every number is known."""

from __future__ import annotations

from typing import Any

import pytest

from wfsim.results.summary import Summary, summarise

Line = dict[str, Any]


def test_a_controllers_run(controlled_lines: list[Line]) -> None:
    found = summarise(controlled_lines)
    assert found["kept_ranks_values"] == [1, 4]
    assert (found["latency_budget_s"], found["budget_binding_share"]) == (5.0, 0.75)
    assert (found["queue_s"], found["mean_round_s"]) == pytest.approx((2.4, 5.6))
    assert (found["updates_held"], found["uploads"], found["uploads_overtaken"]) == (1, 7, 0)


def test_control_bits_are_in_the_totals(controlled_lines: list[Line]) -> None:
    found = summarise(controlled_lines)
    ends = [line for line in controlled_lines if line["type"] == "transfer_ended"]
    up = sum(line["sent_bits"] for line in ends if line["direction"] == "up")
    assert (found["uplink_bits"], found["control_bits"]) == (up, 4 * 4 * 8000)


def test_uploads_are_updates_alone(controlled_lines: list[Line]) -> None:
    """Four blocks of every transfer, one at the cap; updates take 3.2 s where all ranks are kept, else 0.8 s."""
    for line in controlled_lines:
        if line["type"] == "transfer_ended" and line["purpose"] != "update":
            line |= {"blocks_at_cap": 4, "cut": True}
    found = summarise(controlled_lines)
    assert (found["uploads_cut"], found["blocks_at_limit_share"]) == (0, 0.25)
    compute_s = 1.25  # the mean of 1 s and 1.5 s
    assert found["upload_over_compute"] == pytest.approx((4 * 3.2 + 3 * 0.8) / 7 / compute_s)


def test_devices_that_wait_for_nobody(asynchronous_lines: list[Line]) -> None:
    found = summarise(asynchronous_lines)
    assert (found["rounds"], found["uploads"], found["mean_staleness"]) == (6, 6, pytest.approx(4 / 6))
    assert (found["uploads_overtaken"], found["uploads_cut"], found["devices_late"]) == (1, 1, 1)
    assert (found["kept_ranks_values"], found["queue_s"], found["budget_binding_share"]) == ([], None, None)


def test_of_nothing_everything_has_a_name() -> None:
    found = Summary().values()
    assert found["mean_round_s"] is found["mean_staleness"] is found["latency_budget_s"] is None
    assert (found["control_bits"], found["updates_held"]) == (0, 0)


def test_hops_and_outages(sites_lines: list[Line]) -> None:
    found = summarise(sites_lines)
    assert (found["hop_offered_bits"], found["hop_lost_bits"], found["hop_dropped_bits"]) == (280000, 32000, 0)
    assert (found["busiest_hops"], found["hop_max_utilisation"]) == (["bs3>core"], pytest.approx(0.1))
    assert (found["outages"], found["outage_s"]) == (3, pytest.approx(16.5 + 5.0 + 0.4))
    assert (found["outages_recovered"], found["mean_recovery_s"]) == (3, pytest.approx((7.0 + 12.0 + 9.4) / 3))
    assert [found[f"transfers_{fate}"] for fate in ("stopped", "rerouted", "waited")] == [4, 0, 1]
    assert (found["lost_turns"], found["lost_compute_s"], found["lost_energy_j"], found["lost_versions"]) == (
        1,
        2.0,
        1.5,
        0,
    )


def test_who_crashed_was_not_late(sites_lines: list[Line]) -> None:
    assert summarise(sites_lines)["devices_late"] == 0
    for line in sites_lines:
        line |= {"fate": "abandon"} if line["type"] == "device_late" else {}
    assert summarise(sites_lines)["devices_late"] == 1


def test_what_an_outage_cut_the_rounds_end_did_not(sites_lines: list[Line]) -> None:
    upload = next(line for line in sites_lines if line["type"] == "transfer_ended" and line["purpose"] == "update")
    upload |= {"cut": True, "cause": "outage"}
    assert summarise(sites_lines)["uploads_cut"] == 0
    upload["cause"] = "round"
    assert summarise(sites_lines)["uploads_cut"] == 1


def test_without_hops_and_outages_nothing_is_claimed_of_them(controlled_lines: list[Line]) -> None:
    found = summarise(controlled_lines)
    assert (found["outages"], found["hop_offered_bits"], found["busiest_hops"]) == (0, 0, [])
    assert found["mean_recovery_s"] is found["hop_max_utilisation"] is None
