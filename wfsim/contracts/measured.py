"""What every kind of measured link promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal, require_raises
from wfsim.contracts.air import build_air
from wfsim.errors import ScenarioError
from wfsim.radio.channel import Channel, Pieces
from wfsim.radio.fading import ConstantPaths
from wfsim.radio.link.shannon import Shannon
from wfsim.radio.measured import Direction, MeasuredLink, Setting
from wfsim.rng import Streams

_SETTING = Setting(bandwidth_hz=1e6, noise_figure_db=6.0, uplink_power_dbm=20.0, downlink_power_dbm=33.0)
_LINKS, _BANDS_HZ = np.array([0, 1]), np.array([1e6, 4e5])
_BLOCKS = 200


def _channel(measured: MeasuredLink, direction: Direction = "up") -> Channel:
    names = ("d0", "d1")
    default = Channel(names, np.array([1e7, 3e7]), ConstantPaths(names), Shannon())
    return measured.channel(default, Streams(1), direction, _SETTING)


def _pieces(channel: Channel, start_s: float) -> Pieces:
    return channel.pieces(start_s, _BLOCKS)


def check_an_unknown_device_is_an_error(measured: MeasuredLink) -> None:
    """Where a kind can name devices."""
    measured.check(("d0", "d1"))
    if "devices" in type(measured).model_fields:
        strange = measured.model_copy(update={"devices": ("nobody",)})
        require_raises(ScenarioError, lambda: strange.check(("d0",)), "an unknown device is an error", naming="nobody")


def check_a_cell_without_its_devices_is_left_as_it_is(measured: MeasuredLink) -> None:
    """And so is every cell by a kind that measures nothing."""
    if "devices" in type(measured).model_fields:
        measured = measured.model_copy(update={"devices": ("elsewhere",)})
        require(type(_channel(measured)) is Channel, "a cell none of whose devices is measured has another channel")


def check_pieces_rise_and_efficiencies_are_finite(measured: MeasuredLink) -> None:
    """In both directions, from any time."""
    for direction in ("up", "down"):
        channel = _channel(measured, direction)
        for start_s in (0.0, 0.0123, 7.0, 1e4):
            pieces = _pieces(channel, start_s)
            require(pieces.edges_s[0] == start_s, f"the pieces begin at {pieces.edges_s[0]:g}, not at {start_s:g} s")
            require((np.diff(pieces.edges_s) > 0.0).all(), f"the pieces from {start_s:g} s on do not rise")
            chosen = channel.chosen(_LINKS, _BANDS_HZ, pieces)
            require(
                np.isfinite(chosen).all() and (chosen >= 0.0).all(), f"an efficiency from {start_s:g} s on is wrong"
            )


def check_any_query_order_gives_the_same_efficiencies(measured: MeasuredLink) -> None:
    """Late before early, and from a channel that was asked nothing before."""
    used = _channel(measured)
    late = used.chosen(_LINKS, _BANDS_HZ, _pieces(used, 50.0))
    early = used.chosen(_LINKS, _BANDS_HZ, _pieces(used, 3.0))
    for start_s, found in ((3.0, early), (50.0, late)):
        fresh = _channel(measured)
        again = fresh.chosen(_LINKS, _BANDS_HZ, _pieces(fresh, start_s))
        require(np.array_equal(again, found), f"the efficiencies from {start_s:g} s on depend on what was asked before")


def check_both_engines_deliver_the_same(measured: MeasuredLink) -> None:
    """Two devices with packets of 1500 bytes, cut in the middle."""
    arrived = []
    for engine in ("bulk", "reference"):
        air = build_air(
            (1e7, 3e7), engine=engine, over=lambda default: measured.channel(default, Streams(1), "up", _SETTING)
        )
        for link in (0, 1):
            air.send(f"t{link}", [12_000.0] * 200, at_s=0.01 * link, links=[link])
            air.cut(f"t{link}", at_s=1.5)
        air.run()
        arrived.append([air.deliveries[f"t{link}"][f"d{link}"].arrived.tolist() for link in (0, 1)])
    require_equal(arrived[1], arrived[0], "what the reference engine delivers")
