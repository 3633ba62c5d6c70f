"""Where a run's devices and stations stand, and what joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import UsageError
from wfsim.figures import _style, figure
from wfsim.figures._hops import common_hops, draw_fixed, draw_scheme, handles, has_places
from wfsim.figures._rounds import only
from wfsim.results.directory import Run
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario
from wfsim.topology.layout import Layout, Station, layout_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure
    from matplotlib.gridspec import SubplotSpec

_MOST_PANELS = 12
_COLUMNS = 4
_FAR = 30.0  # stations this many times their radius apart leave nothing to see of their devices on one map
_MOST_SPOKES = 2_000
_SCHEME_ROW_IN, _PANEL_IN, _MAP_IN = 0.22, 1.75, 4.6


@figure
def topology(runs: Sequence[Run]) -> Figure:
    """Map of one run's devices and stations, links coloured by mean uplink SNR, and the rate and delay of the hops.

    The SNR is the journal's, over the whole band at t = 0; places are those of the run's scenario. Where up to 12
    stations stand so far apart that no device could be seen, every station has a map of its own. Relays and gateways
    are on the map; the network of up to 12 stations without any is a scheme above it, that of more is said in words.
    Raises UsageError for several runs and for a run whose journal has no links.
    """
    from matplotlib.figure import Figure

    run = only("topology", runs)
    plan = _read(run)
    scheme_in = _SCHEME_ROW_IN * (1 + len(plan.layout.stations)) if plan.has_scheme else 0.0
    map_rows = 1 if plan.is_one_map else -(-len(plan.layout.stations) // _COLUMNS)
    maps_in = _MAP_IN if plan.is_one_map else _PANEL_IN * map_rows
    drawn = Figure(figsize=(_style.WIDTH_IN, 0.9 + scheme_in + maps_in))
    above, below = drawn.add_gridspec(2, 1, height_ratios=[max(scheme_in, 1e-3), maps_in])
    if plan.has_scheme:
        draw_scheme(drawn.add_subplot(above), plan.layout)
    panels = _draw_map(drawn, below, plan) if plan.is_one_map else _draw_sites(drawn, below, plan, map_rows)
    _bar(drawn, plan.colours(), panels)
    _legend(drawn, plan)
    _style.headline(drawn, f"{run.name}: {_counted(plan.layout)}")
    return drawn


@dataclass(frozen=True, kw_only=True, eq=False)
class _Plan:
    """What is drawn: `snr_db` by device."""

    layout: Layout
    snr_db: Mapping[str, float]

    @property
    def has_scheme(self) -> bool:
        """Whether the fixed network is drawn apart from the map."""
        return len(self.layout.fixed) > 1 and len(self.layout.stations) <= _MOST_PANELS and not has_places(self.layout)

    @property
    def is_one_map(self) -> bool:
        """Whether devices can be seen around their stations when all stand on one map."""
        stations = self.layout.stations
        radius_m = float(np.median([station.distance_m.max() for station in stations]))
        extent_m = float(np.ptp([station.station_m for station in stations], axis=0).max())
        return len(stations) > _MOST_PANELS or extent_m < _FAR * radius_m

    def colours(self) -> ScalarMappable:
        """The scale of colours for all links of the figure."""
        import matplotlib
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize

        values = list(self.snr_db.values())
        low, high = min(values), max(values)
        return ScalarMappable(Normalize(low, max(high, low + 1.0)), matplotlib.colormaps["cividis"])

    def snrs(self, station: Station) -> NDArray[np.float64]:
        """In dB, in the order of the station's devices."""
        return np.array([self.snr_db[device] for device in station.devices])


def _read(run: Run) -> _Plan:
    scenario = load_scenario(run.path / "scenario.yaml")
    layout = layout_of(scenario.topology.graph(Streams(scenario.seed)))
    snr_db = {line["device"]: line["mean_snr_db"] for line in run.whole_lines() if line["type"] == "link_placed"}
    if missing := [name for station in layout.stations for name in station.devices if name not in snr_db]:
        raise UsageError(f"{run.path}: its journal has no link of {missing[0]}; the run did not get that far")
    return _Plan(layout=layout, snr_db=snr_db)


def _counted(layout: Layout) -> str:
    stations, devices = len(layout.stations), sum(len(station.devices) for station in layout.stations)
    return f"{devices} devices at {stations} station{'s' * (stations > 1)}"


def _draw_map(drawn: Figure, place: SubplotSpec, plan: _Plan) -> list[Axes]:
    axes, stations = drawn.add_subplot(place), plan.layout.stations
    for station in stations:
        _draw_station(axes, plan, station, (0.0, 0.0))
        if len(stations) <= _MOST_PANELS and not has_places(plan.layout):
            axes.annotate(station.name, tuple(station.station_m), (5, 4), textcoords="offset points", fontsize=7.0)
    axes.autoscale_view()
    if has_places(plan.layout):
        draw_fixed(axes, plan.layout)
    elif not plan.has_scheme:
        axes.set_title(common_hops(plan.layout), fontsize=8.0, fontweight="normal")
    axes.set_aspect("equal", adjustable="datalim")
    axes.set(xlabel="x (m)", ylabel="y (m)")
    return [axes]


def _draw_sites(drawn: Figure, place: SubplotSpec, plan: _Plan, rows: int) -> list[Axes]:
    stations = plan.layout.stations
    columns = min(_COLUMNS, len(stations))
    cells = list(place.subgridspec(rows, columns))[: len(stations)]
    panels = [drawn.add_subplot(cell) for cell in cells]
    for number, (axes, station) in enumerate(zip(panels, stations, strict=True)):
        _draw_station(axes, plan, station, tuple(station.station_m))
        reach_m = 1.1 * float(station.distance_m.max())
        axes.set(xlim=(-reach_m, reach_m), ylim=(-reach_m, reach_m))
        axes.set_aspect("equal")
        axes.set_title(f"{station.name} ({station.radio})" if station.radio else station.name, fontsize=8.0)
        _style.count_ticks(axes.xaxis, 3)
        _style.count_ticks(axes.yaxis, 3)
        axes.set(
            xlabel="x (m)" if number + columns >= len(stations) else "", ylabel="" if number % columns else "y (m)"
        )
    return panels


def _draw_station(axes: Axes, plan: _Plan, station: Station, origin_m: tuple[float, float]) -> None:
    from matplotlib.collections import LineCollection

    devices_m, station_m = station.device_m - np.array(origin_m), station.station_m - np.array(origin_m)
    shades = plan.colours().to_rgba(plan.snrs(station))
    many = len(plan.snr_db) > _MOST_SPOKES
    if not many:
        spokes = np.stack([np.broadcast_to(station_m, devices_m.shape), devices_m], axis=1)
        axes.add_collection(LineCollection(list(spokes), colors=shades, linewidths=0.7, alpha=0.7, zorder=1.7))
    axes.scatter(*devices_m.T, c=shades, s=1.0 if many else 12.0, linewidths=0.0, zorder=2, rasterized=many)
    axes.scatter(*station_m, c=_style.VERMILION, marker="^", s=8.0 if many else 36.0, linewidths=0.0, zorder=4)


def _bar(drawn: Figure, colours: ScalarMappable, panels: Sequence[Axes]) -> None:
    bar = drawn.colorbar(colours, ax=list(panels), shrink=0.8, aspect=30, pad=0.02)
    bar.set_label("mean uplink SNR of a device (dB)", fontsize=8.0)
    bar.outline.set_visible(False)


def _legend(drawn: Figure, plan: _Plan) -> None:
    from matplotlib.lines import Line2D

    device = Line2D([], [], linestyle="", marker="o", markersize=3.5, color=_style.GREY, label="device")
    station = Line2D([], [], linestyle="", marker="^", markersize=6.0, color=_style.VERMILION, label="station")
    marks = [device, station, *(handles(plan.layout) if plan.has_scheme or has_places(plan.layout) else [])]
    drawn.legend(handles=marks, loc="outside lower center", ncols=len(marks))
