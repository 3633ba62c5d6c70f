"""Rates of transfers and shares of the band."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

import wfsim
from wfsim.errors import UsageError
from wfsim.figures._band import read_air
from wfsim.figures.rate import rate

SHARED = {"type": "band_shared", "station": "cell", "direction": "up", "band_hz": 1e6, "background_hz": 0.0}


def _flight(transfer: str, device: str, start_s: float, end_s: float, bits: float) -> dict[str, object]:
    return {
        "type": "transfer_ended",
        "purpose": "update",
        "direction": "up",
        "transfer": transfer,
        "device": device,
        "start_s": start_s,
        "t_s": end_s,
        "delivered_bits": bits,
    }


def _started(transfer: str, devices: list[str], at_s: float) -> dict[str, object]:
    return {"type": "transfer_started", "direction": "up", "transfer": transfer, "devices": devices, "t_s": at_s}


TWO = [
    _started("x", ["d1"], 0.0),
    SHARED | {"t_s": 0.0, "shares_hz": {"x": 1e6}},
    _started("y", ["d2"], 1.0),
    SHARED | {"t_s": 1.0, "shares_hz": {"x": 4e5, "y": 5e5}, "background_hz": 1e5},
    _flight("x", "d1", 0.0, 2.0, 4e6),
    SHARED | {"t_s": 2.0, "shares_hz": {"y": 1e6}},
    _flight("y", "d2", 1.0, 3.0, 1e6),
]


def test_rates_are_delivered_bits_over_duration() -> None:
    air = read_air(TWO, "up")
    assert [(each.device, each.rate_bps) for each in air.flights] == [("d1", 2e6), ("d2", 5e5)]
    assert not air.broadcasts()
    assert read_air(TWO, "down").flights == []


def test_shares_hold_until_the_band_is_divided_anew_or_the_transfer_ends() -> None:
    divisions = read_air(TWO, "up").divisions
    assert [(each.start_s, each.shares_hz, each.background_hz) for each in divisions] == [
        (0.0, {("d1",): 1e6}, 0.0),
        (1.0, {("d1",): 4e5, ("d2",): 5e5}, 1e5),
        (2.0, {("d2",): 1e6}, 0.0),
        (3.0, {}, None),  # what foreign traffic takes is not known while nothing is on the air
    ]


def test_divisions_are_those_of_the_first_station() -> None:
    other = SHARED | {"station": "other", "t_s": 1.5, "shares_hz": {"z": 1e6}}
    air = read_air([*TWO[:4], _started("z", ["d3"], 1.5), other, *TWO[4:]], "up")
    assert air.divisions == read_air(TWO, "up").divisions
    assert (air.station, list(air.stations)) == ("cell", ["cell", "other"])


def _bars(axes) -> PolyCollection:
    return next(each for each in axes.collections if isinstance(each, PolyCollection) and each.get_array() is not None)


def _uploads(lines) -> list[tuple[float, float, float]]:
    return sorted(
        (line["start_s"], line["t_s"], line["delivered_bits"] / (line["t_s"] - line["start_s"]))
        for line in lines
        if line["type"] == "transfer_ended" and line["direction"] == "up" and line["delivered_bits"] > 0.0
    )


def test_bars_are_coloured_by_the_rate_of_every_upload(real_run, lines) -> None:
    axes = rate([real_run]).axes[0]
    bars = _bars(axes)
    drawn = [
        (path.vertices[:, 0].min(), path.vertices[:, 0].max(), value * 1e6)
        for path, value in zip(bars.get_paths(), bars.get_array())
        if value is not np.ma.masked
    ]
    assert [pytest.approx(each) for each in sorted(drawn)] == _uploads(lines)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["d1", "d2", "d3", "d4"]


def test_the_band_is_stacked_up_to_what_there_is(real_run) -> None:
    figure = rate([real_run])
    band = figure.axes[1]
    assert band.get_ylabel() == "Uplink\nband (MHz)"
    tops = [each.get_paths()[0].vertices[:, 1].max() for each in band.collections]
    assert max(tops) == pytest.approx(1e6)
    dashed = next(line for line in band.lines if line.get_label() == "band")
    assert set(dashed.get_ydata()) == {1e6}


def test_a_broadcast_has_one_row_and_no_band(real_run) -> None:
    figure = rate([real_run])
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["Uplink rate", "", "Downlink rate", ""]  # the last one holds the colours
    assert [label.get_text() for label in figure.axes[2].get_yticklabels()] == ["cohort"]
    assert figure.axes[2].get_xlabel() == "Simulated time (s)"
    assert figure.axes[3].get_ylabel() == "Delivered bits / duration (Mbit/s)"


def test_chosen_devices_and_rounds(real_run) -> None:
    figure = rate([real_run], rounds=(2, 2), devices=["d3", "d1"])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["d1", "d3"]
    assert figure.axes[0].get_xlim() == (3.0, pytest.approx(real_run.rounds[-1]["t_s"]))
    assert figure.get_suptitle() == "real, seed 1: round 2, 2 of 4 devices"


def test_of_many_devices_forty_have_rows(tmp_path) -> None:
    overrides = {"learning.kind": "none", "topology.devices": 60, "stop.rounds": 1}
    figure = rate([wfsim.run(wfsim.load_scenario("digits", overrides), tmp_path / "run")])
    assert len(figure.axes[0].get_yticklabels()) == 40
    assert figure.get_suptitle() == "digits, seed 1: round 1, the 40 slowest of 60 devices"


def test_rounds_without_transfers_are_an_error(make_run) -> None:
    run = make_run("a", 1, [0.5])
    lines = [text for text in (run.path / "journal.jsonl").read_text().splitlines() if "transfer_ended" not in text]
    (run.path / "journal.jsonl").write_text("\n".join(lines) + "\n")
    with pytest.raises(UsageError, match="a-1: no transfer took time in these rounds"):
        rate([run])
