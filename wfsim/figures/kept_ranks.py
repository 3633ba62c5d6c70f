"""How many ranks each device was granted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import UsageError
from wfsim.figures import _style, figure
from wfsim.figures._rounds import only, short
from wfsim.results.directory import Run
from wfsim.results.metrics import Granted, grants

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NAMES = 20
_HELD = 0


@figure
def kept_ranks(runs: Sequence[Run], rounds: tuple[int, int] | None = None) -> Figure:
    """Ranks that each device was granted in every round of one run, as a map, and how often each number was granted.

    `rounds` is the first and the last round to draw, by default all. Held is an update that was not to be sent; white,
    a round without a grant. Of several grants to a device in one round the last one counts in the map. The budget binds
    in the share of rounds that the title tells. Raises UsageError for several runs and without granted ranks.
    """
    from matplotlib.figure import Figure

    run = only("kept_ranks", runs)
    found = _within([each for each in grants(run.whole_lines()) if each.keep is not None], rounds)
    if not any(each.keep for each in found):
        raise UsageError(f"{run.path}: no ranks were granted in these rounds: its controller does not choose them")
    devices = sorted({each.device for each in found})
    colour_of = _colours(sorted({each.keep for each in found}))
    drawn = Figure(figsize=(_style.WIDTH_IN, min(1.5 + 0.13 * max(len(devices), 8), 6.0)))
    chart, bars = drawn.subplots(1, 2, width_ratios=[4, 1])
    _draw_map(chart, found, devices, colour_of)
    _draw_shares(bars, found, colour_of)
    _style.headline(drawn, _title(run))
    return drawn


def _within(found: list[Granted], rounds: tuple[int, int] | None) -> list[Granted]:
    return found if rounds is None else [each for each in found if rounds[0] <= each.round <= rounds[1]]


def _title(run: Run) -> str:
    share, (started, *_) = run.summary["budget_binding_share"], run.whole_lines()
    binds = "" if share is None else f", the budget binds in {100.0 * share:.3g} % of rounds"
    return f"{started['scenario']}, seed {started['seed']}: ranks granted{binds}"


def _colours(keeps: Sequence[int]) -> dict[int, Any]:
    """Held in red, ranks from dark to light."""
    import matplotlib

    ranks = [keep for keep in keeps if keep != _HELD]
    steps = matplotlib.colormaps["cividis"].resampled(max(len(ranks), 2))
    return {_HELD: _style.VERMILION} | {keep: steps(place) for place, keep in enumerate(ranks)}


def _draw_map(axes: Axes, found: Sequence[Granted], devices: Sequence[str], colour_of: dict[int, Any]) -> None:
    first, last = found[0].round, max(each.round for each in found)
    axes.imshow(
        _pixels(found, devices, (first, last), colour_of),
        aspect="auto",
        interpolation="nearest",
        extent=(first - 0.5, last + 0.5, len(devices) - 0.5, -0.5),
    )
    step = max(1, -(-len(devices) // _MOST_NAMES))
    axes.set_yticks(range(0, len(devices), step), short(devices)[::step])
    axes.tick_params(axis="y", length=0.0)
    axes.grid(visible=False)
    axes.set_xlabel("Round")
    axes.set_ylabel("Device")
    _style.count_ticks(axes.xaxis, 10)


def _pixels(
    found: Sequence[Granted], devices: Sequence[str], rounds: tuple[int, int], colour_of: dict[int, Any]
) -> NDArray[np.float64]:
    """Colours [devices, rounds, 3]."""
    from matplotlib.colors import to_rgb

    pixels = np.ones((len(devices), rounds[1] - rounds[0] + 1, 3))
    row_of = {device: row for row, device in enumerate(devices)}
    for each in found:
        pixels[row_of[each.device], each.round - rounds[0]] = to_rgb(colour_of[each.keep])
    return pixels


def _draw_shares(axes: Axes, found: Sequence[Granted], colour_of: dict[int, Any]) -> None:
    counts = Counter(each.keep for each in found)
    keeps = sorted(counts)
    shares = [100.0 * counts[keep] / len(found) for keep in keeps]
    axes.barh(
        range(len(keeps)), shares, color=[colour_of[keep] for keep in keeps], edgecolor=_style.GREY, linewidth=0.4
    )
    axes.set_yticks(range(len(keeps)), ["held" if keep == _HELD else str(keep) for keep in keeps])
    axes.tick_params(axis="y", length=0.0)
    axes.grid(visible=False, axis="y")
    axes.set_ylabel("Ranks kept")
    axes.set_xlabel("Share of grants (%)")
    _style.count_ticks(axes.xaxis, 4)
