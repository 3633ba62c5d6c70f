"""Learning through outages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wfsim import trace
from wfsim.errors import UsageError
from wfsim.figures import draw
from wfsim.figures._downs import merged, natural
from wfsim.figures.outage import outage


def _shades(axes: Any) -> list[tuple[float, float]]:
    return [(patch.get_x(), patch.get_width()) for patch in axes.patches if patch.get_zorder() == 0.5]


def test_panels_tell_of_accuracy_arrivals_and_elements(write_run: Any, sites_records: Any) -> None:
    figure = outage([write_run("a", sites_records())])
    learned, arrivals, elements = figure.axes
    assert list(learned.lines[0].get_ydata()) == pytest.approx([30.0, 50.0, 55.0, 56.0, 62.0, 70.0])
    bars = arrivals.containers[0].patches
    assert [bar.get_height() for bar in bars] == [3, 3, 2, 1, 3, 3]
    assert [label.get_text() for label in elements.get_yticklabels()] == ["bs1 \N{LEFT RIGHT ARROW} core", "bs3", "d2"]
    assert elements.get_xlim() == (0.0, 60.0)


def test_overlapping_outages_are_shaded_once(write_run: Any, sites_records: Any) -> None:
    for axes in outage([write_run("a", sites_records())]).axes[:2]:
        assert _shades(axes) == [(26.5, 16.5)]


def test_recovery_is_marked_where_arrivals_are_as_before(write_run: Any, sites_records: Any) -> None:
    _, arrivals, elements = outage([write_run("a", sites_records())]).axes
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in arrivals.lines] == [(50.0, 3)]
    ways = [tuple(line.get_xdata()) for line in elements.lines if len(line.get_xdata()) == 2]
    assert ways == [(43.0, 50.0), (pytest.approx(40.6), 50.0), (38.0, 50.0)]


def test_the_title_counts_and_the_legend_names_what_was_down(
    write_run: Any, sites_records: Any, tmp_path: Path
) -> None:
    text = draw("outage", [write_run("a", sites_records())], tmp_path / "a.svg").read_text()
    assert "sites, seed 1: 3 outages of 3 elements, 3 recovered from after 9.467 s on average" in text
    for label in ("link down", "node down", "device down", "anything down", "as many arrivals as before"):
        assert f">{label}<" in text
    assert "server down" not in text


def test_many_elements_are_counted_by_group(write_run: Any, sites_records: Any) -> None:
    records = sites_records()
    downs = []
    for number in range(30):
        downs.append(trace.OutageStarted(t_s=10.0 + number / 10.0, element=f"core<>x{number}", what="link"))
        downs.append(trace.OutageEnded(t_s=20.0, element=f"core<>x{number}", what="link", down_s=10.0 - number / 10.0))
    journal = sorted([*records[:-1], *downs], key=lambda record: record.t_s)
    figure = outage([write_run("a", [*journal, records[-1]])])
    assert [axes.get_ylabel() for axes in figure.axes[2:]] == ["Links down", "Nodes down", "Devices down"]
    assert figure.axes[2].patches[-1].get_data().values.max() == 30


def test_without_accuracies_and_recovery(write_run: Any, sites_records: Any) -> None:
    """Only the first three rounds: the link is still down when the journal ends."""
    kept = [record for record in sites_records() if record.t_s <= 32.0 and not isinstance(record, trace.Evaluated)]
    figure = outage([write_run("a", kept)])
    assert [axes.get_ylabel() for axes in figure.axes] == ["Arrivals per round", ""]
    assert figure.get_suptitle() == "sites, seed 1: 1 outage, never recovered from"


def test_a_run_without_outages_is_an_error_that_says_so(make_run: Any) -> None:
    with pytest.raises(UsageError, match="no outage in its 10 s"):
        outage([make_run("a", 1, [0.5])])


def test_names_are_in_natural_order() -> None:
    assert sorted(["s10", "s9", "s1>core"], key=natural) == ["s1>core", "s9", "s10"]


def test_spans_that_touch_or_overlap_are_one() -> None:
    assert merged([(5.0, 6.0), (0.0, 2.0), (1.0, 3.0), (3.0, 4.0)]) == [(0.0, 4.0), (5.0, 6.0)]
