"""Accuracy against cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from wfsim.errors import UsageError
from wfsim.figures import _style, draw
from wfsim.figures.convergence import convergence


def _line(panel, label: str):
    return next(line for line in panel.lines if str(line.get_label()).startswith(label))


def test_axes_name_their_units(make_run, tmp_path: Path) -> None:
    text = draw("convergence", [make_run("a", 1, [0.2, 0.4])], tmp_path / "a.svg").read_text()
    for label in ("Simulated time (s)", "Uplink + downlink traffic (Mbit)", "Energy of devices (J)", "(%)"):
        assert label in text


def test_costs_are_totals_at_the_evaluated_rounds(make_run) -> None:
    time, traffic, energy = convergence([make_run("a", 1, [0.2, None, 0.4])]).axes
    assert _line(time, "a").get_xdata() == pytest.approx([10.0, 30.0])
    assert _line(traffic, "a").get_xdata() == pytest.approx([3.0, 9.0])  # two downloads and one upload of 1 Mbit
    assert _line(energy, "a").get_xdata() == pytest.approx([12.0, 36.0])  # three transfers of 2 J, two trainings of 3 J
    assert _line(time, "a").get_ydata() == pytest.approx([20.0, 40.0])


def test_runs_of_one_name_without_scenarios_become_one_mean(make_run) -> None:
    runs = [make_run("a", 1, [0.2, 0.4]), make_run("b", 1, [0.9]), make_run("a", 2, [0.4, 0.8])]
    panel = convergence(runs).axes[0]
    assert panel.get_legend_handles_labels()[1] == ["a (mean and range of 2 runs)", "b"]
    assert _line(panel, "a").get_ydata() == pytest.approx([30.0, 60.0])
    band = panel.collections[0].get_paths()[0].vertices
    assert np.ptp(band[band[:, 0] == 20.0, 1]) == pytest.approx(40.0)


def test_the_mean_spans_what_all_runs_reached(make_run) -> None:
    panel = convergence([make_run("a", 1, [0.2, 0.4, 0.5]), make_run("a", 2, [0.4, 0.8])]).axes[0]
    assert _line(panel, "a").get_xdata() == pytest.approx([10.0, 20.0])


def test_ranges_that_overlap_partly_have_a_mean_over_what_is_common(make_run) -> None:
    early, late = make_run("a", 1, [0.2, 0.4, 0.6]), make_run("a", 2, [None, 0.4, 0.8, 0.9])
    panel = convergence([early, late]).axes[0]
    assert _line(panel, "a").get_xdata() == pytest.approx([20.0, 30.0])
    assert _line(panel, "a").get_ydata() == pytest.approx([40.0, 70.0])
    assert len(panel.collections) == 1


def test_a_common_range_of_one_cost_shows_as_a_point(make_run) -> None:
    panel = convergence([make_run("a", 1, [0.2, 0.4]), make_run("a", 2, [None, 0.8, 0.9])]).axes[0]
    mean = _line(panel, "a")
    assert (list(mean.get_xdata()), mean.get_marker()) == ([20.0], "o")


def test_without_a_common_range_no_mean_is_claimed(make_run, tmp_path: Path) -> None:
    runs = [make_run("a", 1, [0.2, 0.4]), make_run("a", 2, [None, None, 0.4, 0.8])]
    panel = convergence(runs).axes[0]
    assert panel.get_legend_handles_labels()[1] == ["a (2 runs)"]
    assert len(_line(panel, "a").get_xdata()) == 0
    assert not panel.collections
    draw("convergence", runs, tmp_path / "a.png")


def test_large_costs_take_larger_units(make_run) -> None:
    labels = [panel.get_xlabel() for panel in convergence([make_run("a", 1, [0.5] * 4000)]).axes]
    assert labels == ["Simulated time (s)", "Uplink + downlink traffic (Gbit)", "Energy of devices (kJ)"]


def test_a_run_without_accuracy_is_an_error_that_names_it(make_run) -> None:
    with pytest.raises(UsageError, match="b-1: no accuracy to draw: nothing was trained"):
        convergence([make_run("a", 1, [0.5]), make_run("b", 1, [None, None])])
    with pytest.raises(UsageError, match="no round was finished"):
        convergence([make_run("c", 1, [])])


def _sweep(make_run, seeds: int, values: tuple[str, ...] = ("fp16", "fp32")) -> list:
    return [
        make_run(
            "a", seed, [0.2, 0.4], scenario=f"codec: {{values: {v}}}\nx: {{round_s: {s}}}\n", folder=f"{v}{s}{seed}"
        )
        for v in values
        for s in range(1, 5)
        for seed in range(1, seeds + 1)
    ]


def test_a_sweep_is_told_apart_by_colour_and_stroke(make_run) -> None:
    figure = convergence(_sweep(make_run, 1))
    lines = [line for line in figure.axes[0].lines if not str(line.get_label()).startswith("_")]
    assert len({line.get_color() for line in lines}) == 2
    assert len({(line.get_color(), str(line._dash_pattern)) for line in lines}) == 8
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["codec.values", "fp16", "fp32", "x.round_s", "1 s", "2 s", "3 s", "4 s"]
    assert figure.get_suptitle() == "a"


def test_of_many_experiments_only_means_and_ranges_are_drawn(make_run) -> None:
    figure = convergence(_sweep(make_run, 2))
    assert len(figure.axes[0].lines) == 8
    assert len(figure.axes[0].collections) == 8
    assert figure.get_suptitle() == "a: mean and range of 2 runs"


def test_of_more_than_eight_experiments_only_means_are_drawn_and_the_title_says_so(make_run) -> None:
    figure = convergence(_sweep(make_run, 2, values=("fp16", "fp32", "int8")))
    assert len(figure.axes[0].lines) == 12
    assert not figure.axes[0].collections
    assert figure.get_suptitle() == "a: means of 2 runs, ranges not drawn"


@pytest.mark.parametrize("count", [1, 2, 12, 40])
def test_legends_leave_the_panels_two_thirds_of_the_height(make_run, count: int) -> None:
    with _style.look():
        figure = convergence([make_run(f"experiment-{number}", 1, [0.2, 0.4]) for number in range(count)])
        FigureCanvasAgg(figure).draw()
    assert figure.axes[0].get_position().height > 0.5
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert box.y0 >= 0.0
    assert box.x0 > figure.axes[-1].bbox.x1 or box.height < figure.bbox.height / 3.0


def test_costs_far_apart_are_logarithmic(make_run) -> None:
    cheap, dear = make_run("a", 1, [0.5]), make_run("b", 1, [0.5] * 9)
    assert {axes.get_xscale() for axes in convergence([cheap, dear]).axes} == {"log"}
    assert {axes.get_xscale() for axes in convergence([dear]).axes} == {"linear"}
