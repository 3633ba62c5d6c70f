"""What outages stopped and how rounds recovered, of a journal written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from wfsim.results.metrics import LostWork, Outage, downtimes, lost_work, outages

Line = dict[str, Any]


def _by_name(lines: list[Line]) -> dict[str, Outage]:
    return {each.element: each for each in outages(lines)}


def test_a_links_outage_by_hand(sites_lines: list[Line]) -> None:
    """Down at 26.5 s with 3 arrivals in the round before; up at 43 s, the round that closes at 50 s has 3 again."""
    link = _by_name(sites_lines)["bs1<>core"]
    assert (link.what, link.start_s, link.end_s, link.down_s) == ("link", 26.5, 43.0, 16.5)
    assert (link.stopped_transfers, link.stopped_bits, link.waited_transfers) == (4, 32000.0, 0)
    assert link.recovery_s == 50.0 - 43.0
    assert (link.accuracy_before, link.accuracy_at_end, link.accuracy_recovered) == (0.5, 0.56, 0.62)


def test_recovery_asks_for_the_arrivals_of_the_last_round_before(sites_lines: list[Line]) -> None:
    """The device fails when rounds have 2 arrivals already: the fourth round, with 1, is not enough, the fifth is."""
    device = _by_name(sites_lines)["d00002"]
    assert device.recovery_s == 50.0 - 38.0
    for line in sites_lines:
        if line["type"] == "round_closed" and line["round"] == 4:
            line["arrived"] = 2
    assert _by_name(sites_lines)["d00002"].recovery_s == 40.0 - 38.0


def test_a_transfer_that_waits_is_not_stopped(sites_lines: list[Line]) -> None:
    node = _by_name(sites_lines)["bs3"]
    assert (node.stopped_transfers, node.stopped_bits, node.waited_transfers) == (0, 0.0, 1)


def test_a_transfer_that_goes_another_way_is_rerouted(sites_lines: list[Line]) -> None:
    """It leaves the hop with all its bits pending."""
    for line in sites_lines:
        if line["type"] == "hop_ended" and line["transfer"] == "up/d00001/4":
            line["lost_bits"], line["pending_bits"] = 0.0, 8000.0
    link = _by_name(sites_lines)["bs1<>core"]
    assert (link.stopped_transfers, link.stopped_bits, link.rerouted_transfers) == (3, 24000.0, 1)


def test_an_outage_on_the_air_is_the_stations(sites_lines: list[Line]) -> None:
    """The order of records of one instant does not matter."""
    for line in sites_lines:
        if line["type"] == "transfer_ended" and line["transfer"] == "up/d00003/5":
            line |= {"cause": "outage", "cut": True, "delivered_bits": 3000.0, "undelivered_bits": 5000.0, "t_s": 40.2}
    node = _by_name(sites_lines)["bs3"]
    assert (node.stopped_transfers, node.stopped_bits) == (1, 5000.0)


def test_an_outage_without_end_lasts_to_the_runs(sites_lines: list[Line]) -> None:
    lines = [line for line in sites_lines if line["type"] != "outage_ended" or line["what"] != "link"]
    link = _by_name(lines)["bs1<>core"]
    assert (link.end_s, link.down_s, link.recovery_s, link.accuracy_at_end) == (None, 60.0 - 26.5, None, None)


def test_before_the_first_round_there_is_nothing_to_recover(sites_lines: list[Line]) -> None:
    early = [
        {"type": "outage_started", "t_s": 0.0, "element": "x", "what": "node"},
        {"type": "outage_ended", "t_s": 1.0, "element": "x", "what": "node", "down_s": 1.0},
    ]
    outage = _by_name([*early, *sites_lines])["x"]
    assert (outage.recovery_s, outage.accuracy_before, outage.accuracy_recovered) == (None, None, None)


def test_elements_sum_their_outages(sites_lines: list[Line]) -> None:
    again = [
        {"type": "outage_started", "t_s": 60.0, "element": "bs1<>core", "what": "link"},
        {"type": "outage_ended", "t_s": 62.0, "element": "bs1<>core", "what": "link", "down_s": 2.0},
    ]
    found = downtimes(outages([*sites_lines, *again]))
    assert [each.element for each in found] == ["bs1<>core", "bs3", "d00002"]
    assert (found[0].outages, found[0].down_s, found[0].stopped_transfers) == (2, 18.5, 4)


def test_work_of_a_crashed_device_is_lost(sites_lines: list[Line]) -> None:
    """Its download (0.5 J) and two seconds of computing (1 J)."""
    assert lost_work(sites_lines) == LostWork(turns=1, compute_s=2.0, energy_j=1.5, versions=0)


def timed(lines: list[Line]) -> list[Line]:
    """With a time, which does not matter here."""
    return [{"t_s": 0.0, **line} for line in lines]


def test_a_server_that_crashes_loses_what_it_had_not_saved() -> None:
    """Version 1 is durable; of three arrivals the second made version 2, the third waited: both are lost, and the turn
    that the crash cut."""
    lines: list[Line] = []
    for number in (1, 2, 3):
        lines.append({"type": "compute_ended", "device": f"d{number}", "compute_s": float(number), "energy_j": 10.0})
        lines.append({"type": "update_arrived", "device": f"d{number}"})
        lines += [{"type": "round_closed", "version": number}] if number < 3 else []
    lines.append({"type": "compute_ended", "device": "d4", "compute_s": 4.0, "energy_j": 10.0})
    lines.append({"type": "device_late", "device": "d4", "fate": "server_crash"})
    lines.append({"type": "server_restored", "version": 3, "durable_version": 1, "lost_versions": 1})
    assert lost_work(timed(lines)) == LostWork(turns=3, compute_s=2.0 + 3.0 + 4.0, energy_j=30.0, versions=1)
    assert lost_work(timed([*lines, lines[-1]])) == LostWork(turns=3, compute_s=9.0, energy_j=30.0, versions=2)


@pytest.mark.parametrize("fate", ["abandon", "restart", "end"])
def test_who_is_late_lost_nothing_to_a_crash(fate: str) -> None:
    spent = {"type": "compute_ended", "device": "d1", "compute_s": 1.0, "energy_j": 1.0}
    late = {"type": "device_late", "device": "d1", "fate": fate}
    crash = {"type": "device_late", "device": "d1", "fate": "crash"}
    assert lost_work(timed([spent, late, crash])) == LostWork(turns=1)


def test_an_upload_that_finds_no_way_open_waits_at_its_station(sites_lines: list[Line]) -> None:
    """It came to bs1 at 36 s, and is offered to the hop as the link is up again."""
    hop = next(line for line in sites_lines if line["type"] == "hop_ended" and line["transfer"] == "up/d00001/4")
    hop |= {"start_s": 43.0, "t_s": 44.1, "service_s": 1.0, "lost_bits": 0.0, "delivered_bits": 8000.0, "cause": None}
    arrived = next(
        line for line in sites_lines if line["type"] == "update_arrived" and line["transfer"] == "up/d00001/4"
    )
    arrived["t_s"] = 44.1
    lines = [line for line in sites_lines if line is not hop and line is not arrived]
    place = next(number for number, line in enumerate(lines) if line["t_s"] > 44.1)
    assert _by_name([*lines[:place], hop, arrived, *lines[place:]])["bs1<>core"].waited_transfers == 1
