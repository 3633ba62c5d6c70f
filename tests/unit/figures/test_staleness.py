"""Histograms of staleness."""

from __future__ import annotations

import pytest

from wfsim import trace
from wfsim.errors import UsageError
from wfsim.figures.staleness import staleness


def test_bars_are_shares_of_the_uploads_used(write_run, asynchronous_records) -> None:
    (axes,) = staleness([write_run("a", asynchronous_records)]).axes
    assert [bar.get_height() for bar in axes.patches] == pytest.approx([100 * 2 / 6, 100 * 4 / 6])
    (mean,) = axes.lines
    assert list(mean.get_xdata()) == [pytest.approx(4 / 6)]


def test_seeds_are_counted_together_and_experiments_side_by_side(
    write_run, asynchronous_records, controlled_records
) -> None:
    free = [write_run(f"f{s}", asynchronous_records, seed=s, protocol={"kind": "asynchronous"}) for s in (1, 2)]
    figure = staleness([*free, write_run("a", controlled_records(), protocol={"kind": "synchronous"})])
    free_bars, waiting_bars = figure.axes[0].containers
    assert [bar.get_height() for bar in waiting_bars] == [100.0]
    first, fresh = free_bars[0], waiting_bars[0]
    assert first.get_x() + first.get_width() == pytest.approx(0.0) == pytest.approx(fresh.get_x())
    assert {text.get_text() for text in figure.legends[0].get_texts()} >= {"asynchronous", "synchronous"}


def test_many_experiments_are_steps(write_run, asynchronous_records) -> None:
    runs = [write_run(f"k{k}", asynchronous_records, protocol={"buffer": k}) for k in range(7)]
    axes = staleness(runs).axes[0]
    assert not axes.patches
    assert len(axes.lines) == 14  # a step and a mean each


def test_a_run_that_used_nothing_is_an_error(write_run) -> None:
    with pytest.raises(UsageError, match="no round took an upload"):
        staleness([write_run("a", [trace.RunEnded(t_s=0.0, reason="time", rounds=0)])])
