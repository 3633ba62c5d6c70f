"""What was granted and left out, from journals written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from wfsim.results.metrics import Granted, grants, mean_dropped

Line = dict[str, Any]


def test_grants_stand_in_the_servers_round_with_what_they_leave_out(controlled_lines: list[Line]) -> None:
    found = list(grants(controlled_lines))
    assert [each.round for each in found] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert found[0] == Granted(round=1, device="d00001", keep=4, dropped=0.0)
    assert found[2] == Granted(round=2, device="d00001", keep=1, dropped=0.5)
    assert found[3] == Granted(round=2, device="d00002", keep=0, dropped=1.0)  # held back
    assert mean_dropped(found) == pytest.approx((0.0 * 4 + 0.5 * 3 + 1.0) / 8)


def test_a_devices_own_count_is_not_the_servers_round(controlled_lines: list[Line]) -> None:
    for line in controlled_lines:
        if line["type"] in ("requested", "granted"):
            line["round"] += 70
    assert [each.round for each in grants(controlled_lines)] == [1, 1, 2, 2, 3, 3, 4, 4]


def test_what_nobody_said_is_not_known(controlled_lines: list[Line]) -> None:
    for line in controlled_lines:
        if line["type"] == "granted":
            line |= {"keep": None, "send": True}
    found = list(grants(controlled_lines))
    assert {(each.keep, each.dropped) for each in found} == {(None, None)}
    assert mean_dropped(found) is None
    assert mean_dropped([]) is None
