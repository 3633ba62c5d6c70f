from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wfsim.radio.access import Access
from wfsim.radio.coupling import CoupledCell, couple
from wfsim.radio.interference import Direction, Interference

_A, _B = (np.array([link]) for link in (0, 1))


class _Medium:
    """Remembers how its noise was raised."""

    on_shares: Any = None

    def __init__(self) -> None:
        self.rises: list[list[float]] = []

    def set_noise_rise(self, rise: np.ndarray) -> None:
        self.rises.append(rise.tolist())


def _cell(ratios: list[list[float]], kind: Any = "activity", **fields: Any) -> CoupledCell:
    setting = {"access": Access.parse("fdma"), "carrier_hz": 2e9, "band_hz": 1e6, **fields}
    cross_hz = np.array(ratios) * setting["band_hz"]
    return CoupledCell(medium=_Medium(), interference=Interference.parse(kind), cross_hz=cross_hz, **setting)


def _rises(cells: list[CoupledCell], direction: Direction, *said: dict[str, Any]) -> list[list[float]]:
    """How the noise of the last cell was raised when the first one said these shares, one after the other."""
    couple(cells, direction)
    for shares in said if cells[0].medium.on_shares else ():
        cells[0].medium.on_shares(shares)
    return cells[-1].medium.rises


def test_every_device_on_the_air_adds_its_power_over_the_whole_band() -> None:
    """Ratios 0.5 and 2; a device has all its power in its share, so the shares do not matter, but 0 is silence."""
    sender, listener = _cell([[0.0, 0.5], [0.0, 2.0]]), _cell([[0.0, 0.0]] * 3)
    said = ({"a": (_A, 2e5), "b": (_B, 8e5)}, {"a": (_A, 1e6)}, {"a": (_A, 0.0)}, {})
    rises = _rises([sender, listener], "up", *said)
    assert rises == [[1.0] * 3, [3.5] * 3, [1.5] * 3, [1.0] * 3]


def test_time_shares_send_for_their_part_of_the_time() -> None:
    sender, listener = _cell([[0.0, 0.5], [0.0, 2.0]], access=Access.parse("tdma")), _cell([[0.0, 0.0]])
    rises = _rises([sender, listener], "up", {"a": (_A, 2e5), "b": (_B, 8e5)})
    assert rises[-1] == pytest.approx([1.0 + 0.2 * 0.5 + 0.8 * 2.0])


@pytest.mark.parametrize(("access", "heard"), [("fdma", [0.1, 0.1]), ("tdma", [0.1, 0.05])])
def test_a_duty_cycle_silences_devices_not_stations(access: str, heard: list[float]) -> None:
    """A tenth of the time at most: shares of 0.1 and 0.05 of the time are within it."""
    cells = [_cell([[0.0, 0.5], [0.0, 2.0]], access=Access.parse(access), duty_cycle=0.1) for _ in range(2)]
    rises = _rises(cells, "up", {"a": (_A, 1e5), "b": (_B, 5e4)})
    assert rises[-1] == pytest.approx([1.0 + heard[0] * 0.5 + heard[1] * 2.0] * 2)
    cells = [_cell([[0.0, 2.0]], duty_cycle=0.1), _cell([[4.0, 0.0]])]
    assert _rises(cells, "down", {"a": (_A, 1e6)})[-1] == [5.0]


def test_a_station_sends_in_the_part_of_the_band_in_use() -> None:
    """Each device of the listener hears it at its own strength."""
    sender, listener = _cell([[0.0, 0.0]]), _cell([[4.0, 0.0], [0.5, 0.0]])
    said = ({"a": (_A, 1e6)}, {"a": (_A, 2.5e5)}, {"a": (_A, 1e6), "b": (_B, 1e6)}, {})
    assert _rises([sender, listener], "down", *said)[1:] == [[5.0, 1.5], [2.0, 1.125], [5.0, 1.5], [1.0, 1.0]]


def test_no_news_no_plan() -> None:
    """A division that changes nothing for the listener does not disturb it."""
    sender, listener = _cell([[0.0, 2.0]]), _cell([[0.0, 0.0]])
    assert len(_rises([sender, listener], "up", {"a": (_A, 1e6)}, {"a": (_A, 5e5)}, {"x": (_A, 1e5)})) == 2


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize(
    "deaf", [{"carrier_hz": 3e9}, {"kind": "none"}, {"kind": {"kind": "activity", "least_db": 4.0}}]
)
def test_who_is_not_heard(direction: Direction, deaf: dict[str, Any]) -> None:
    """Another carrier; a listener that hears nobody; a sender 3 dB above the noise where 4 dB are asked for."""
    sender, listener = _cell([[0.0, 2.0]]), _cell([[2.0, 0.0]], **deaf)
    assert _rises([sender, listener], direction, {"a": (_A, 1e6)}) == [[1.0]]


def test_the_floor_comes_first_and_cells_add_up() -> None:
    fixed = {"kind": "fixed", "station_rise_db": 10.0, "device_rise_db": 0.0}
    assert _rises([_cell([[0.0]], fixed)], "up") == [[10.0]]
    assert _rises([_cell([[0.0]], fixed)], "down") == [[1.0]]
    one, two, listener = _cell([[0.0, 0.0, 2.0]]), _cell([[0.0, 0.0, 0.5]]), _cell([[0.0] * 3])
    couple([one, two, listener], "up")
    two.medium.on_shares({"b": (_A, 1e6)})
    one.medium.on_shares({"a": (_A, 1e6)})
    two.medium.on_shares({})
    assert listener.medium.rises == [[1.0], [1.5], [3.5], [3.0]]


@pytest.mark.parametrize(("sender_hz", "listener_hz", "rise"), [(1e6, 4e6, 1.5), (4e6, 1e6, 3.0)])
def test_power_spreads_over_the_wider_band(sender_hz: float, listener_hz: float, rise: float) -> None:
    """A device heard with twice the noise in its own band: in a band four times as wide it adds half the noise."""
    sender, listener = _cell([[0.0, 2.0]], band_hz=sender_hz), _cell([[0.0, 0.0]], band_hz=listener_hz)
    assert _rises([sender, listener], "up", {"a": (_A, sender_hz)})[-1] == [rise]
