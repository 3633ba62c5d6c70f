"""How fast every transfer was, and who had the band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wfsim.errors import UsageError
from wfsim.figures import _quantity, _style, figure
from wfsim.figures._band import Air, Division, Flight, read_air
from wfsim.figures._rounds import (
    chosen,
    mark_rounds,
    members,
    only,
    row_axis,
    short,
    shown_rounds,
    slowest,
    time_axis,
    title_of,
    which_devices,
)
from wfsim.figures._shares import OTHERS, draw_band
from wfsim.figures._spans import Round, read_story
from wfsim.results.directory import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

_BAR_HEIGHT = 0.8
_ROW_IN, _BAND_IN = 0.13, 0.95
_WIDE = 10.0  # fastest / slowest rate from which colours are logarithmic
_COHORT = "cohort"  # the row of broadcasts
_NAMED = (_style.ORANGE, _style.GREEN, _style.PURPLE)
_DIRECTIONS = {"up": "Uplink", "down": "Downlink"}

Window = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One direction: its rows by name, the flights in them, and the band."""

    name: str
    band_name: str
    rows: list[str]
    flights: list[Flight]
    divisions: list[Division]

    @property
    def divided(self) -> bool:
        """Whether there is a band to show: one broadcast at a time has all of it, but for foreign traffic."""
        return any(self.rows != [_COHORT] or each.background_hz for each in self.divisions)


@figure
def rate(runs: Sequence[Run], rounds: tuple[int, int] | None = None, devices: Sequence[str] | None = None) -> Figure:
    """Rate of every transfer in the first rounds of one run, and how the band was shared; uplink and downlink.

    The rate is delivered bits, headers included, over the transfer's duration; broadcasts share one row, with the mean
    over their receivers. Below, the band over time (of several stations, that of the first one on the air): those who
    were longest on the air in colour, all others in turn in two tints, foreign traffic hatched (it is known while
    something is on the air). `rounds` is the first and the last round, `devices` are the rows to draw, by default at
    most the 40 slowest. Raises UsageError for several runs, unknown devices, rounds that were not closed, and where no
    transfer took time.
    """
    from matplotlib.figure import Figure

    run = only("rate", runs)
    story = read_story(run.whole_lines())
    shown = shown_rounds(story, rounds)
    present = members(shown)
    rows = chosen(devices, present) if devices is not None else slowest(story, shown, present)
    airs = [read_air(run.whole_lines(), direction) for direction in _DIRECTIONS]
    parts = [part for air in airs if (part := _part(air, rows, _window(shown))).flights]
    if not parts:
        raise UsageError(f"{run.path}: no transfer took time in these rounds: there is no rate to draw")
    heights = [height for part in parts for height in _heights_in(part)]
    drawn = Figure(figsize=(_style.WIDTH_IN, 1.1 + 0.3 * len(heights) + sum(heights)))
    panels = drawn.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    named = dict(zip(_longest(parts[0], len(_NAMED)), _NAMED, strict=False))
    _draw_parts(panels, parts, shown, named)
    _style.headline(drawn, title_of(story, shown, which_devices(rows, present, devices)))
    _draw_legend(drawn, panels, named)
    return drawn


def _window(shown: Sequence[Round]) -> Window:
    return shown[0].start_s, shown[-1].close_s


def _part(air: Air, rows: Sequence[str], window: Window) -> _Part:
    flights = [each for each in air.flights if each.start_s < window[1] and each.end_s > window[0]]
    if air.broadcasts():
        flights, rows = _merged(flights), [_COHORT]
    flights = [each for each in flights if each.device in rows]
    divisions = [each for each in air.divisions if each.start_s < window[1]]
    name = _DIRECTIONS[air.direction]
    band_name = name if len(air.stations) < 2 else f"{name} of {air.station}"
    return _Part(name=name, band_name=band_name, rows=list(rows), flights=flights, divisions=divisions)


def _merged(flights: Sequence[Flight]) -> list[Flight]:
    """One flight per broadcast."""
    together: dict[Window, list[float]] = {}
    for each in flights:
        together.setdefault((each.start_s, each.end_s), []).append(each.rate_bps)
    return [
        Flight(device=_COHORT, start_s=start_s, end_s=end_s, rate_bps=float(np.mean(rates_bps)))
        for (start_s, end_s), rates_bps in together.items()
    ]


def _heights_in(part: _Part) -> list[float]:
    return [max(0.3, _ROW_IN * len(part.rows)), *([_BAND_IN] if part.divided else [])]


def _longest(part: _Part, most: int) -> list[str]:
    """Those who were longest on the air, in order of name."""
    spent_s: dict[str, float] = {}
    for each in part.flights:
        spent_s[each.device] = spent_s.get(each.device, 0.0) + each.end_s - each.start_s
    return sorted(sorted(spent_s, key=lambda device: (-spent_s[device], device))[:most])


def _draw_parts(panels: Sequence[Axes], parts: Sequence[_Part], shown: Sequence[Round], named: dict[str, str]) -> None:
    rates_bps = [each.rate_bps for part in parts for each in part.flights]
    unit, size = _quantity.unit_of(_quantity.RATES, max(rates_bps) * 10.0)
    norm = _norm([rate_bps / size for rate_bps in rates_bps])
    free = iter(panels)
    for part in parts:
        axes = next(free)
        bars = _draw_rates(axes, part, size, norm)
        room = 12.0 if axes is panels[0] else None  # for the numbers of rounds
        axes.set_title(f"{part.name} rate", fontsize=8.0, fontweight="normal", pad=room)
        if part.divided:
            draw_band(next(free), part.band_name, part.divisions, shown[-1].close_s, named)
    for number, axes in enumerate(panels):
        mark_rounds(axes, shown, named=number == 0)
    time_axis(panels[-1], shown)
    _draw_colours(panels, bars, norm, unit)


def _draw_colours(panels: Sequence[Axes], bars: PolyCollection, norm: Normalize, unit: str) -> None:
    colours = panels[0].figure.colorbar(bars, ax=list(panels), aspect=50.0, pad=0.01)
    colours.set_label(f"Delivered bits / duration ({unit})")
    colours.outline.set_visible(False)
    if norm.vmin > 0.0:
        _style.log_ticks(colours.ax.yaxis)


def _norm(rates: Sequence[float]) -> Normalize:
    from matplotlib.colors import LogNorm, Normalize

    carried = [each for each in rates if each > 0.0]
    if carried and max(carried) > _WIDE * min(carried):
        return LogNorm(min(carried), max(carried))
    return Normalize(0.0, max(rates) or 1.0)


def _draw_rates(axes: Axes, part: _Part, size: float, norm: Normalize) -> PolyCollection:
    """Bars coloured by rate, in the array's unit; those that delivered nothing are framed."""
    from matplotlib.collections import PolyCollection

    row_of = {name: row for row, name in enumerate(part.rows)}
    corners = [_corners(each, row_of[each.device]) for each in part.flights]
    rates = np.array([each.rate_bps / size for each in part.flights])
    bars = PolyCollection(corners, array=np.ma.masked_equal(rates, 0.0), cmap="cividis", norm=norm, linewidths=0.0)
    axes.add_collection(bars)
    nothing = [each for each, rate_ in zip(corners, rates, strict=True) if rate_ == 0.0]
    look = {"facecolors": "white", "edgecolors": _style.VERMILION, "linewidths": 0.8, "hatch": "///////"}
    if nothing:
        axes.add_collection(PolyCollection(nothing, **look, label="nothing delivered"))
    row_axis(axes, part.rows)
    return bars


def _corners(flight: Flight, row: int) -> list[tuple[float, float]]:
    low, high = row - _BAR_HEIGHT / 2.0, row + _BAR_HEIGHT / 2.0
    return [(flight.start_s, low), (flight.start_s, high), (flight.end_s, high), (flight.end_s, low)]


def _draw_legend(drawn: Figure, panels: Sequence[Axes], named: dict[str, str]) -> None:
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(color=colour, label=name) for name, colour in zip(short(list(named)), named.values(), strict=True)
    ]
    handles.append(Patch(color=OTHERS[0], label="others"))
    found = {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    drawn.legend(handles=[*handles, *found.values()], loc="outside lower center", ncols=len(handles) + len(found))
