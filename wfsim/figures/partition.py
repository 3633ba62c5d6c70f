"""Which device holds which examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import UsageError
from wfsim.figures import _style, figure
from wfsim.figures._rounds import chosen, only, short
from wfsim.learning.workload import build_workload
from wfsim.results.directory import Run
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NAMES = 40
_MOST_NUMBERS = 12  # classes of which the numbers of examples can still be read in the map


@figure
def partition(runs: Sequence[Run], devices: Sequence[str] | None = None) -> Figure:
    """Classes by device of one run as a map, and how many examples each device trains on and is tested on.

    A colour is a class's share of the device's training examples; where there is room the number stands in it. Computed
    from the run's scenario, whose data and model must still be where it says. Raises UsageError for several runs, for
    unknown `devices` (by default all) and for data that are no longer the run's, ScenarioError where data or model are
    gone.
    """
    from matplotlib.figure import Figure

    held = _read(only("partition", runs))
    names = sorted(held.train) if devices is None else chosen(devices, sorted(held.train))
    drawn = Figure(figsize=(_style.WIDTH_IN, min(1.5 + 0.15 * max(len(names), 6), 7.0)))
    chart, bars = drawn.subplots(1, 2, width_ratios=[3, 1], sharey=True)
    _draw_map(drawn, chart, held, names)
    _draw_sizes(bars, held, names)
    _style.headline(drawn, held.title)
    return drawn


@dataclass(frozen=True, kw_only=True, eq=False)
class _Held:
    """Examples per class of every device, each [classes], in both sets."""

    title: str
    train: Mapping[str, NDArray[np.int64]]
    test: Mapping[str, NDArray[np.int64]]


def _read(run: Run) -> _Held:
    scenario = load_scenario(run.path / "scenario.yaml")
    settings = scenario.learning
    workload = build_workload(settings, Streams(scenario.seed), scenario.topology.device_names())
    data, shards = workload.dataset, workload.shards
    if run.manifest.get("data_digest", data.digest) != data.digest:  # older runs do not say
        raise UsageError(f"{run.path}: the data have changed since the run, so who held which is no longer known")
    examples = f"{len(data.train_labels):,} + {len(data.test_labels):,}".replace(",", "\N{THIN SPACE}")
    return _Held(
        title=f"{scenario.name}, seed {scenario.seed}: partition {settings.partition.kind}, {examples} examples of "
        f"{settings.data.kind}",
        train=_counts(shards.train, data.train_labels, data.classes),
        test=_counts(shards.test, data.test_labels, data.classes),
    )


def _counts(
    shards: Mapping[str, NDArray[np.int64]], labels: NDArray[np.int64], classes: int
) -> dict[str, NDArray[np.int64]]:
    return {name: np.bincount(labels[own], minlength=classes) for name, own in shards.items()}


def _draw_map(drawn: Figure, axes: Axes, held: _Held, names: Sequence[str]) -> None:
    counts = np.array([held.train[name] for name in names])
    shares = 100.0 * counts / counts.sum(axis=1, keepdims=True)
    image = axes.imshow(shares, aspect="auto", interpolation="nearest", cmap="Blues", vmin=0.0, vmax=shares.max())
    if counts.shape[1] <= _MOST_NUMBERS and len(names) <= _MOST_NAMES:
        _write_numbers(axes, counts, shares)
    step = max(1, -(-len(names) // _MOST_NAMES))
    axes.set_yticks(range(0, len(names), step), short(names)[::step])
    axes.tick_params(axis="y", length=0.0)
    axes.grid(visible=False)
    _style.whole_ticks(axes.xaxis, 12)
    axes.set(xlabel="Class", ylabel="Device")
    bar = drawn.colorbar(image, ax=axes, location="top", shrink=0.6, aspect=40, pad=0.02)
    bar.set_label("share of the device's training examples (%)", fontsize=8.0)
    bar.outline.set_visible(False)


def _write_numbers(axes: Axes, counts: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
    """Numbers of examples, light on dark; nothing for none."""
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[row, column] > 0.6 * shares.max() else _style.BLACK
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", fontsize=5.5, color=colour)


def _draw_sizes(axes: Axes, held: _Held, names: Sequence[str]) -> None:
    """Steps instead of single bars: a city of devices is one polygon."""
    edges = np.arange(len(names) + 1) - 0.5
    sizes = {"training": (held.train, _style.BLUE), "test": (held.test, _style.ORANGE)}
    before = np.zeros(len(names))
    for label, (counts, colour) in sizes.items():
        after = before + [counts[name].sum() for name in names]
        padded = [np.append(values, values[-1]) for values in (before, after)]
        axes.fill_betweenx(edges, *padded, step="post", color=colour, linewidth=0.0, label=label)
        before = after
    axes.set_xlim(left=0.0)
    axes.tick_params(axis="y", length=0.0)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("Examples")
    _style.count_ticks(axes.xaxis, 4)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, handlelength=1.0, columnspacing=1.0)
