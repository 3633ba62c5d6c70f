"""Rows of `rounds.csv` from journals whose every number is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wfsim.results.rounds import COLUMNS, read_rounds, round_rows, write_rounds

Line = dict[str, Any]


def column(lines: list[Line], name: str) -> list[Any]:
    return [row[name] for row in round_rows(lines)]


def test_the_controllers_columns(controlled_lines: list[Line]) -> None:
    """Rounds of 6.8 s keep all 4 ranks, of 4.4 s one; the budget is 5 s, one update is held back in round 2."""
    assert column(controlled_lines, "kept_ranks") == [4.0, 1.0, 1.0, 4.0]
    assert column(controlled_lines, "queue_s") == pytest.approx([1.8, 1.2, 0.6, 2.4])
    assert column(controlled_lines, "budget_binds") == [0, 1, 1, 1]
    assert column(controlled_lines, "held") == [0, 1, 0, 0]


def test_control_messages_count_in_their_direction_and_alone(controlled_lines: list[Line]) -> None:
    """Every packet has 8000 bits: two requests up, two grants down, one model for both."""
    assert column(controlled_lines, "control_bits") == [32000] * 4
    assert column(controlled_lines, "downlink_bits") == [24000] * 4
    assert column(controlled_lines, "uplink_bits") == [80000, 24000, 32000, 80000]


def test_rows_follow_the_servers_rounds_where_devices_count_their_own(asynchronous_lines: list[Line]) -> None:
    assert column(asynchronous_lines, "round") == [1, 2, 3, 4, 5, 6]
    assert column(asynchronous_lines, "round_s") == [3.0, 1.0, 2.0, 2.0, 1.0, 3.0]
    assert column(asynchronous_lines, "mean_staleness") == [0.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    assert column(asynchronous_lines, "overtaken") == [2, 1, 2, 2, 1, 0]
    assert column(asynchronous_lines, "kept_ranks") == column(asynchronous_lines, "queue_s") == [None] * 6


def test_a_broadcast_counts_once_however_its_receivers_end(controlled_lines: list[Line]) -> None:
    """Another transfer ends between the records of its two receivers."""
    ends = [line for line in controlled_lines if line.get("transfer") == "down/1" and line["type"] == "transfer_ended"]
    other = next(line for line in controlled_lines if line["type"] == "transfer_ended" and line["purpose"] == "grant")
    close = next(line for line in controlled_lines if line["type"] == "round_closed")
    assert column([ends[0], other, ends[1], close], "downlink_bits") == [16000]


def test_csv_gives_the_rows_back(controlled_lines: list[Line], tmp_path: Path) -> None:
    rows = round_rows(controlled_lines)
    write_rounds(tmp_path / "rounds.csv", rows)
    back = read_rounds(tmp_path / "rounds.csv")
    assert back == rows and tuple(back[0]) == COLUMNS
    assert [type(back[0][key]) for key in ("overtaken", "held", "budget_binds", "control_bits")] == [int] * 4


def test_what_crossed_the_fixed_network_counts_once_per_hop(sites_lines: list[Line]) -> None:
    """Three models down, as many updates up as devices sent; of four that an outage stopped 2400 bits, in all."""
    assert column(sites_lines, "hop_bits") == [48000, 48000, 42400, 24000, 40000, 48000]
    assert column(sites_lines, "uplink_bits") == [24000, 24000, 24000, 16000, 24000, 24000]
