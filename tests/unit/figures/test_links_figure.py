"""Bytes, use and queues of links."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wfsim.errors import UsageError
from wfsim.figures import draw
from wfsim.figures.links import links

ARROW = " \N{RIGHTWARDS ARROW} "


def _names(axes: Any) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def test_hops_come_before_the_air_in_natural_order(write_run: Any, sites_records: Any) -> None:
    names = _names(links([write_run("a", sites_records(links=12))]).axes[0])
    assert names[:12] == [f"bs{number}{ARROW}core" for number in range(1, 13)]
    assert names[12:24] == [f"core{ARROW}bs{number}" for number in range(1, 13)]
    assert names[24:36] == [f"devices{ARROW}bs{number}" for number in range(1, 13)]


def test_bytes_are_stacked_by_what_became_of_them(write_run: Any, sites_records: Any) -> None:
    axes = links([write_run("a", sites_records())]).axes[0]
    bars = {container.get_label(): container.patches for container in axes.containers}
    assert set(bars) == {"delivered", "lost"}
    assert (bars["delivered"][0].get_width(), bars["lost"][0].get_x(), bars["lost"][0].get_width()) == (4e3, 4e3, 2e3)


def test_use_over_time_averages_to_the_utilisation(write_run: Any, sites_records: Any) -> None:
    axes = links([write_run("a", sites_records())]).axes[1]
    shown = np.asarray(axes.images[0].get_array())
    written = [text.get_text() for text in axes.texts]
    assert written[0] == "7.17 %" and shown[0].mean() == pytest.approx(100.0 * 4.3 / 60.0)
    assert written[6] == "20 %" and shown[6].mean() == pytest.approx(20.0)
    assert shown[0, 53:86].max() == 0.0  # down from 26.5 s to 43 s, in bins of half a second


def test_a_row_is_hatched_while_its_link_or_an_end_was_down(write_run: Any, sites_records: Any) -> None:
    axes = links([write_run("a", sites_records())]).axes[1]
    spans = [box.get_extents() for hatched in axes.collections for box in hatched.get_paths()]
    assert sorted((box.x0, box.x1) for box in spans) == 2 * [(26.5, 43.0)] + 4 * [(40.2, 40.6)]


def test_queues_are_of_hops_and_waits_are_written(write_run: Any, sites_records: Any) -> None:
    axes = links([write_run("a", sites_records())]).axes[2]
    most, mean = (container.patches for container in axes.containers)
    assert (most[1].get_width(), mean[1].get_width()) == (5000.0 / 8, pytest.approx(2400.0 / 8))
    assert [text.get_text() for text in axes.texts] == ["0.167 s", "0.2 s", "0.2 s"]


def test_the_busiest_of_many_links_are_drawn(write_run: Any, sites_records: Any, tmp_path: Path) -> None:
    run = write_run("a", sites_records(links=20))
    text = draw("links", [run], tmp_path / "a.svg").read_text()
    assert "sites, seed 1: the 60 of 80 links with most bytes" in text and "Time in use (%)" in text


def test_nothing_that_crossed_is_an_error_that_says_so(make_run: Any) -> None:
    with pytest.raises(UsageError, match="nothing crossed a link in its 10 s"):
        links([make_run("a", 1, [0.5])])
    with pytest.raises(UsageError, match="draws one run, got 2"):
        links([make_run("b", 1, [0.5]), make_run("c", 1, [0.5])])
