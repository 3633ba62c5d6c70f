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
