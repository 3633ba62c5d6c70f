"""Queues of time, and what V trades for them."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim import trace
from wfsim.errors import UsageError
from wfsim.figures.queue import queue


def _line(axes, number: int = 0) -> list[tuple[float, float]]:
    line = axes.lines[number]
    return list(zip(line.get_xdata(), line.get_ydata()))


def test_one_run_shows_rounds_by_whether_the_budget_bound(write_run, controlled_records) -> None:
    figure = queue([write_run("a", controlled_records())])
    times, lengths = figure.axes
    bars = {bars.get_label(): [round(bar.get_height(), 6) for bar in bars] for bars in times.containers}
    assert bars == {"queue empty before": [6.8], "budget binds": [4.4, 4.4, 6.8]}
    assert set(times.lines[0].get_ydata()) == {5.0}
    assert [y for _, y in _line(lengths)] == pytest.approx([1.8, 1.2, 0.6, 2.4])
    assert figure.get_suptitle() == "hand: mean round 5.6 s, budget 5 s, binds in 75 % of rounds"


def test_seeds_of_one_experiment_are_a_mean(write_run, controlled_records) -> None:
    runs = [write_run(f"s{seed}", controlled_records(v=seed), seed=seed) for seed in (1, 2)]
    _, lengths = queue(runs).axes
    each = [[row["queue_s"] for row in run.rounds] for run in runs]
    assert [y for _, y in _line(lengths)] == pytest.approx(np.mean(each, axis=0))


def test_runs_that_differ_in_v_show_the_trade(write_run, controlled_records) -> None:
    """With V = 1 the queue stays short and three rounds of four keep one rank of four."""
    runs = {v: write_run(f"v{v}", controlled_records(v=v), controller={"v": v}) for v in (100.0, 1.0)}
    length, dropped, mean_round = queue(list(runs.values())).axes
    assert _line(length) == [
        (v, pytest.approx(np.mean([row["queue_s"] for row in runs[v].rounds]))) for v in (1.0, 100.0)
    ]
    assert _line(dropped) == [(1.0, pytest.approx(100.0 * (0.5 * 3 + 1.0) / 8)), (100.0, pytest.approx(100.0 / 8))]
    assert _line(mean_round) == [(1.0, pytest.approx(5.6)), (100.0, pytest.approx(6.8))]
    assert length.get_xscale() == length.get_yscale() == "log"
    assert [axes.get_title() for axes in (length, dropped)] == [
        "Time-average queue (s)",
        "Update energy left out (%)",
    ]


def test_trained_runs_show_accuracy_against_v(write_run, controlled_records) -> None:
    def records(v: float) -> list[trace.Record]:
        *before, ended = controlled_records(v=v)
        score = trace.Evaluated(
            t_s=ended.t_s, round=4, version=4, accuracy=0.5 + v / 100.0, loss=1.0, device_accuracy={}
        )
        return [*before, score, ended]

    axes = queue([write_run(f"v{v}", records(v), controller={"v": v}) for v in (1.0, 10.0)]).axes[2]
    assert _line(axes) == [(1.0, pytest.approx(51.0)), (10.0, pytest.approx(60.0))]
    assert axes.get_title() == "Final accuracy (%)"


def test_other_keys_make_lines_of_their_own(write_run, controlled_records) -> None:
    cells = [(v, queues) for v in (1.0, 10.0) for queues in ("common", "per_device")]
    runs = [write_run(f"{v}{q}", controlled_records(v=v), controller={"v": v, "queue": q}) for v, q in cells]
    figure = queue(runs)
    assert len(figure.axes[1].lines) == 2
    (legend,) = figure.legends
    assert {"common", "per_device"} <= {text.get_text() for text in legend.get_texts()}


def test_a_run_without_a_queue_is_an_error(write_run, asynchronous_records) -> None:
    with pytest.raises(UsageError, match="its controller keeps no queue of seconds"):
        queue([write_run("a", asynchronous_records)])
