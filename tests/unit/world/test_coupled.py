from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wfsim.radio.coupling import CoupledCell
from wfsim.rng import Streams
from wfsim.scenario.schema import Radio
from wfsim.topology.layout import Station
from wfsim.world.coupled import couple_cells

_NOISE_DBM = -173.97514  # per Hz, noise figure 0 dB


def _cell(name: str, at_m: float, device_at_m: float, **fields: Any) -> Any:
    """One station on a line with one device; free space at 1 GHz."""
    radio = Radio(carrier_hz=fields.pop("carrier_hz", 1e9), path_loss="free_space", shadowing="none", **fields)
    station = Station(
        name=name,
        radio=None,
        devices=(f"{name}-d",),
        distance_m=np.array([abs(at_m - device_at_m)]),
        device_m=np.array([[device_at_m, 0.0]]),
        station_m=np.array([at_m, 0.0]),
    )
    air = SimpleNamespace(medium=object())
    return _Sized(
        name=name, devices=station.devices, radio=radio, links=SimpleNamespace(station=station), up=air, down=air
    )


class _Sized(SimpleNamespace):
    def __len__(self) -> int:
        return len(self.devices)


def _coupled(monkeypatch: pytest.MonkeyPatch, *cells: Any) -> list[tuple[str, list[CoupledCell]]]:
    seen: list[tuple[str, list[CoupledCell]]] = []
    monkeypatch.setattr("wfsim.world.coupled.couple", lambda group, direction: seen.append((direction, group)))
    couple_cells(cells, Streams(1))
    return seen


def _loss_db(distance_m: float) -> float:
    return 20.0 * np.log10(4.0 * np.pi * distance_m * 1e9 / 299_792_458.0)


def test_cross_links_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stations at 0 and 1000 m, their devices at 100 and 700 m: A's device is 900 m from B, B's 700 m from A."""
    a = _cell(
        "a", 0.0, 100.0, interference="activity", noise_figure_db=3.0, uplink_power_dbm=20.0, downlink_power_dbm=40.0
    )
    b = _cell("b", 1000.0, 700.0, noise_figure_db=7.0, uplink_power_dbm=23.0, downlink_power_dbm=43.0)
    (up, (a_up, b_up)), (down, (a_down, b_down)) = _coupled(monkeypatch, a, b)
    assert (up, down) == ("up", "down")
    found_db = 10.0 * np.log10([a_up.cross_hz[0, 1], b_up.cross_hz[0, 0], a_down.cross_hz[0, 1], b_down.cross_hz[0, 0]])
    expected_db = [
        20.0 - _loss_db(900.0) - (_NOISE_DBM + 7.0),  # A's device at station B
        23.0 - _loss_db(700.0) - (_NOISE_DBM + 3.0),  # B's device at station A
        43.0 - _loss_db(900.0) - (_NOISE_DBM + 3.0),  # station B at A's device
        40.0 - _loss_db(700.0) - (_NOISE_DBM + 7.0),  # station A at B's device
    ]
    assert found_db == pytest.approx(expected_db, abs=1e-3)
    assert a_up.cross_hz[0, 0] == b_down.cross_hz[0, 1] == 0.0


def test_who_is_coupled_with_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    """By carrier; where nobody listens, a cell with a fixed rise stands alone and one without any is left as it is."""
    kinds = {"a": "activity", "b": "none", "c": "activity", "d": "none", "e": "fixed"}
    carriers_hz = {"a": 1e9, "b": 1e9, "c": 2e9, "d": 3e9, "e": 3e9}
    cells = [_cell(n, 0.0, 50.0, interference=kinds[n], carrier_hz=carriers_hz[n]) for n in kinds]
    groups = [[each.interference.kind for each in group] for _, group in _coupled(monkeypatch, *cells)]
    assert groups == 2 * [["activity", "none"]] + 2 * [["activity"]] + 2 * [["fixed"]]


def test_nothing_is_drawn_where_nobody_couples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wfsim.world.coupled.cross_gain_db", lambda *_: pytest.fail("drawn"))
    assert _coupled(monkeypatch, _cell("a", 0.0, 50.0), _cell("b", 500.0, 550.0)) == []
