"""Totals of every link, of a journal written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from wfsim import trace
from wfsim.results.metrics import LinkTable, LinkTotals, link_totals

Line = dict[str, Any]


def _by_name(lines: list[Line]) -> dict[str, LinkTotals]:
    return {link.link: link for link in link_totals(lines)}


def test_every_direction_of_every_link_has_a_row(sites_lines: list[Line]) -> None:
    found = link_totals(sites_lines)
    assert [link.medium for link in found] == ["air"] * 6 + ["hop"] * 6
    assert [link.link for link in found if link.direction == "down"] == [
        *(f"bs{number}>devices" for number in (1, 2, 3)),
        *(f"core>bs{number}" for number in (1, 2, 3)),
    ]
    assert {link.link for link in found if link.medium == "air"} == {
        name for site in ("bs1", "bs2", "bs3") for name in (f"devices>{site}", f"{site}>devices")
    }


def test_what_was_offered_is_accounted_for(sites_lines: list[Line]) -> None:
    for link in link_totals(sites_lines):
        assert link.offered_bits == link.delivered_bits + link.lost_bits + link.dropped_bits + link.pending_bits


def test_a_hop_by_hand(sites_lines: list[Line]) -> None:
    """Four whole payloads, one of 0.3 s that failed with 2400 bits sent, one that never began."""
    hop = _by_name(sites_lines)["bs1>core"]
    assert (hop.payloads, hop.offered_bits, hop.lost_bits, hop.sent_bits) == (6, 48e3, 16e3, 34400.0)
    assert hop.busy_s == pytest.approx(4 * 1.0 + 0.3)
    assert hop.utilisation == pytest.approx(4.3 / 60.0)
    assert (hop.mean_queue_bits, hop.max_queue_bits) == (pytest.approx((0 + 1 + 4 + 5) * 1e3 / 6), 5000.0)
    assert hop.mean_wait_s == pytest.approx(5 * 0.2 / 6)


def test_an_outage_is_not_time_in_use(sites_lines: list[Line]) -> None:
    """The fifth payload's service lasted 0.8 s, in 0.4 s of which the node at its end was down."""
    table = LinkTable(spans=True)
    for line in sites_lines:
        table(line)
    spans = [span for span in table.spans()["core>bs3"] if 40.0 <= span[0] < 50.0]
    assert spans == [(40.0, 40.2), (40.6, 40.8)]
    assert _by_name(sites_lines)["core>bs3"].busy_s == pytest.approx(6 * 0.4)


def test_the_air_is_in_use_while_somebody_has_a_share(sites_lines: list[Line]) -> None:
    found = _by_name(sites_lines)
    assert found["devices>bs1"].busy_s == pytest.approx(6 * 2.0)
    assert found["devices>bs2"].busy_s == pytest.approx(5 * 2.0)
    assert found["devices>bs1"].mean_wait_s is found["devices>bs1"].max_queue_bits is None


def test_without_shares_in_the_journal_nobody_knows_the_airs_use(sites_lines: list[Line]) -> None:
    found = _by_name([line for line in sites_lines if line["type"] != "band_shared"])
    assert found["devices>bs1"].busy_s is found["devices>bs1"].utilisation is None
    assert found["devices>bs1"].delivered_bits == 48e3


def test_a_station_that_is_down_is_not_in_use(sites_lines: list[Line]) -> None:
    """A node's outage in the middle of an upload of 2 s, though its share is not taken back."""
    down = [
        {"type": "outage_started", "t_s": 4.5, "element": "bs1", "what": "node"},
        {"type": "outage_ended", "t_s": 5.0, "element": "bs1", "what": "node", "down_s": 0.5},
    ]
    lines = sorted([*sites_lines, *down], key=lambda line: line["t_s"])
    assert _by_name(lines)["devices>bs1"].busy_s == pytest.approx(6 * 2.0 - 0.5)


def test_a_broadcast_counts_once_and_its_losses_in_the_mean() -> None:
    placed = [{"type": "link_placed", "t_s": 0.0, "device": f"d{n}", "station": "bs"} for n in (1, 2)]
    start = {"type": "transfer_started", "t_s": 0.0, "transfer": "down/1", "devices": ["d1", "d2"], "offered_bits": 100}
    end = {"type": "transfer_ended", "t_s": 1.0, "transfer": "down/1", "direction": "down", "sent_bits": 100.0}
    ends = [
        end | {"device": "d1", "delivered_bits": 100.0, "undelivered_bits": 0.0, "cut": False, "cause": None},
        end | {"device": "d2", "delivered_bits": 40.0, "undelivered_bits": 60.0, "cut": False, "cause": None},
    ]
    (link,) = link_totals([*placed, start, *ends])
    assert (link.link, link.payloads, link.offered_bits, link.sent_bits) == ("bs>devices", 1, 100.0, 100.0)
    assert (link.delivered_bits, link.lost_bits, link.pending_bits) == (70.0, 30.0, 0.0)
    ends[1] |= {"cut": True, "cause": "round"}
    assert link_totals([*placed, start, *ends])[0].pending_bits == 30.0
    ends[1]["cause"] = "outage"
    assert link_totals([*placed, start, *ends])[0].lost_bits == 30.0


def test_no_time_no_utilisation() -> None:
    started = trace.RunStarted(
        t_s=0.0, format=4, scenario="x", seed=1, devices=0, rank=1, entries=1, update_bits=None, download_bits=1
    )
    assert link_totals([started.payload()]) == []
