"""Accuracy against cost, one point per experiment."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba

from wfsim.errors import UsageError
from wfsim.figures import _style
from wfsim.figures.tradeoff import tradeoff
from wfsim.results.statistics import mean_interval


def _scenario(values: str, band_hz: float) -> str:
    return f"codec: {{values: {values}}}\nradio: {{bandwidth_hz: {band_hz}}}\n"


@pytest.fixture
def sweep(make_run):
    """Four experiments of two seeds: the second one is dominated, the last one costs more and is better."""
    accuracies = {
        ("fp16", 1e6): ([0.2, 0.50], [0.2, 0.60]),
        ("fp16", 2e6): ([0.2, 0.3, 0.40], [0.2, 0.3, 0.44]),
        ("fp32", 1e6): ([0.2, 0.3, 0.70], [0.2, 0.3, 0.80]),
        ("fp32", 2e6): ([0.2, 0.3, 0.5, 0.90], [0.2, 0.3, 0.5, 0.94]),
    }
    return [
        make_run("a", seed, values, scenario=_scenario(*keys), folder=f"{keys[0]}-{keys[1]:g}-{seed}")
        for keys, seeds in accuracies.items()
        for seed, values in enumerate(seeds, start=1)
    ]


def _points(axes) -> dict[str, tuple[float, float]]:
    return {
        each.get_label(): (float(each.lines[0].get_xdata()[0]), float(each.lines[0].get_ydata()[0]))
        for each in axes.containers
        if each.get_label() and not each.get_label().startswith("_") and len(each.lines[0].get_xdata())
    }


def _front(axes):
    return next(line for line in axes.lines if line.get_label() == "Pareto front")


def test_points_are_means_over_seeds(sweep) -> None:
    points = _points(tradeoff(sweep).axes[0])
    assert points["fp16, 1 MHz"] == pytest.approx((20.0, 55.0))
    assert points["fp16, 2 MHz"] == pytest.approx((30.0, 42.0))
    assert points["fp32, 1 MHz"] == pytest.approx((30.0, 75.0))
    assert points["fp32, 2 MHz"] == pytest.approx((40.0, 92.0))


def test_bars_are_the_intervals_over_seeds(sweep) -> None:
    axes = tradeoff(sweep).axes[0]
    container = next(each for each in axes.containers if each.get_label() == "fp32, 1 MHz")
    horizontal, vertical = (bars.get_segments()[0] for bars in container.lines[2])
    expected = mean_interval([70.0, 80.0])
    assert vertical[:, 1] == pytest.approx([expected.low, expected.high])
    assert horizontal[:, 0] == pytest.approx([30.0, 30.0])


def test_the_front_steps_over_the_means_that_none_beats(sweep) -> None:
    axes = tradeoff(sweep).axes[0]
    front = _front(axes)
    assert front.get_drawstyle() == "steps-post"
    assert front.get_xdata() == pytest.approx([20.0, 30.0, 40.0, axes.get_xlim()[1]])
    assert front.get_ydata() == pytest.approx([55.0, 75.0, 92.0, 92.0])


@pytest.fixture
def narrow(make_run):
    """Two experiments of two seeds that agree."""
    accuracies = {"fp16": ([0.5], [0.51]), "fp32": ([0.5, 0.80], [0.5, 0.81])}
    return [
        make_run("a", seed, values, scenario=_scenario(key, 1e6), folder=f"{key}-{seed}")
        for key, seeds in accuracies.items()
        for seed, values in enumerate(seeds, start=1)
    ]


def test_the_band_is_the_interval_of_the_experiment_on_the_front(narrow) -> None:
    axes = tradeoff(narrow).axes[0]
    (band,) = (each for each in axes.collections if isinstance(each, PolyCollection))
    corners = {(round(x, 6), round(y, 6)) for x, y in band.get_paths()[0].vertices}
    end = round(axes.get_xlim()[1], 6)
    for start, stop, seeds in ((10.0, 20.0, [50.0, 51.0]), (20.0, end, [80.0, 81.0])):
        expected = mean_interval(seeds)
        assert {(x, round(y, 6)) for x in (start, stop) for y in (expected.low, expected.high)} <= corners


def test_colour_is_one_key_and_marker_the_other(sweep) -> None:
    axes = tradeoff(sweep).axes[0]
    looks = {each.get_label(): (each.lines[0].get_color(), each.lines[0].get_marker()) for each in axes.containers}
    assert looks["fp16, 1 MHz"] == (_style.BLUE, "o")
    assert looks["fp16, 2 MHz"] == (_style.BLUE, "s")
    assert looks["fp32, 1 MHz"] == (_style.ORANGE, "o")
    assert looks["fp32, 2 MHz"] == (_style.ORANGE, "s")


def test_the_legend_names_keys_and_short_values_with_units(sweep) -> None:
    (legend,) = tradeoff(sweep).legends
    assert [text.get_text() for text in legend.get_texts()] == [
        *("Pareto front", "95 % interval, 2 seeds", "(some leave the axes)", "single runs"),
        *("codec.values", "fp16", "fp32", "radio.bandwidth_hz", "1 MHz", "2 MHz"),
    ]
    handle = legend.legend_handles[5]
    assert to_rgba(handle.get_color()) == to_rgba(_style.BLUE)


@pytest.mark.parametrize(
    ("cost", "label", "first"),
    [
        ("time", "Simulated time (s)", 20.0),
        ("bits", "Uplink + downlink traffic (Mbit)", 6.0),  # two downloads and one upload of 1 Mbit a round
        ("energy", "Energy of devices (J)", 24.0),
    ],
)
def test_costs(sweep, cost: str, label: str, first: float) -> None:
    axes = tradeoff(sweep, cost=cost).axes[0]
    assert axes.get_xlabel() == label
    assert _points(axes)["fp16, 1 MHz"][0] == pytest.approx(first)


def test_a_target_counts_the_cost_until_it_was_reached(sweep) -> None:
    figure = tradeoff(sweep, target=0.5)
    axes = figure.axes[0]
    assert axes.get_xlabel() == "Simulated time to reach 50 % (s)"
    assert {name: x for name, (x, _) in _points(axes).items()} == {
        "fp16, 1 MHz": pytest.approx(20.0),
        "fp32, 1 MHz": pytest.approx(30.0),
        "fp32, 2 MHz": pytest.approx(30.0),
    }
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[-2:] == ["target not reached by all runs", "fp16, 2 MHz (0 of 2)"]


def test_an_experiment_with_a_run_that_missed_the_target_is_not_drawn(sweep) -> None:
    figure = tradeoff(sweep, target=0.55)
    assert "fp16, 1 MHz" not in _points(figure.axes[0])
    assert "fp16, 1 MHz (1 of 2)" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_wrong_options_are_errors(sweep) -> None:
    with pytest.raises(UsageError, match="in no experiment did every run reach an accuracy of 0.99"):
        tradeoff(sweep, target=0.99)
    with pytest.raises(UsageError, match="target 85: an accuracy above 0 and at most 1"):
        tradeoff(sweep, target=85.0)
    with pytest.raises(UsageError, match=r"no cost called 'tim' \(did you mean 'time'\?\); known: time, bits, energy"):
        tradeoff(sweep, cost="tim")


def test_single_runs_have_no_bars_and_no_band(sweep) -> None:
    figure = tradeoff(sweep[::2])
    axes = figure.axes[0]
    assert all(not each.has_xerr and not each.has_yerr for each in axes.containers)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()][:2] == ["Pareto front", "codec.values"]


def test_single_runs_among_repeated_ones_keep_the_others_bars(sweep) -> None:
    axes = tradeoff(sweep[1:]).axes[0]
    assert [each.has_yerr for each in axes.containers if each.get_label() in _points(axes)] == [False, True, True, True]


def test_wide_intervals_leave_the_axes_and_the_legend_says_so(sweep) -> None:
    figure = tradeoff(sweep)
    low, high = figure.axes[0].get_ylim()
    assert 15.0 < low < 40.0  # single runs reach from 40 to 94 %, intervals from below 0 to above 100 %
    assert 94.0 < high <= 101.0
    assert "(some leave the axes)" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_band_that_would_fill_the_axes_is_left_out(sweep) -> None:
    figure = tradeoff(sweep)
    assert not [each for each in figure.axes[0].collections if isinstance(each, PolyCollection)]
    assert figure.legends[0].get_texts()[0].get_text() == "Pareto front"


def test_narrow_intervals_stay_whole(narrow) -> None:
    figure = tradeoff(narrow)
    axes = figure.axes[0]
    for container in axes.containers:
        for bars in container.lines[2]:
            for segment in bars.get_segments():
                assert all(axes.get_ylim()[0] <= y <= axes.get_ylim()[1] for y in segment[:, 1])
    assert "(some leave the axes)" not in [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.mark.parametrize("count", [2, 12, 40])
def test_the_legend_lies_beside_the_axes_and_inside_the_figure(make_run, count: int) -> None:
    with _style.look():
        figure = tradeoff([make_run(f"experiment-{number}", 1, [0.5]) for number in range(count)])
        FigureCanvasAgg(figure).draw()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= figure.axes[0].bbox.x1
    assert box.y0 >= 0.0
    assert box.x1 <= figure.bbox.x1


def test_costs_far_apart_are_logarithmic(make_run) -> None:
    runs = [make_run(name, 1, [0.5] * rounds) for name, rounds in (("a", 1), ("b", 5))]
    assert tradeoff(runs).axes[0].get_xscale() == "log"
    assert tradeoff(runs[:1]).axes[0].get_xscale() == "linear"


def test_one_experiment_has_no_front(make_run) -> None:
    axes = tradeoff([make_run("a", 1, [0.5]), make_run("a", 2, [0.7])]).axes[0]
    assert _points(axes) == {"a": pytest.approx((10.0, 60.0))}
    assert "Pareto front" not in [line.get_label() for line in axes.lines]


def test_the_same_run_in_two_directories_counts_once(make_run) -> None:
    runs = [make_run("a", 1, [0.5], folder=folder) for folder in ("x", "y")]
    axes = tradeoff(runs).axes[0]
    assert not axes.containers[0].has_yerr


def test_forty_experiments_have_colours_and_markers_of_their_own(make_run) -> None:
    texts = [_scenario(values, band_hz) for values in ("a", "b", "c", "d") for band_hz in np.arange(1, 11) * 1e6]
    runs = [make_run("a", 1, [0.5], scenario=text, folder=str(number)) for number, text in enumerate(texts)]
    containers = tradeoff(runs).axes[0].containers
    assert len({(each.lines[0].get_color(), each.lines[0].get_marker()) for each in containers}) == 40


def test_a_run_without_accuracy_is_an_error_that_names_it(make_run) -> None:
    with pytest.raises(UsageError, match="b-1: no accuracy to draw"):
        tradeoff([make_run("a", 1, [0.5]), make_run("b", 1, [None])])
