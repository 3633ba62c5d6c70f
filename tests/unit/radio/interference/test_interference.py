from __future__ import annotations

import pytest

from wfsim.radio.interference import Interference


def test_rises_by_hand() -> None:
    fixed = Interference.parse({"kind": "fixed", "station_rise_db": 10.0, "device_rise_db": 20.0})
    assert [fixed.rise("up"), fixed.rise("down")] == pytest.approx([10.0, 100.0])
    assert [Interference.parse(kind).rise("up") for kind in ("none", "activity")] == [1.0, 1.0]


def test_who_hears_other_cells() -> None:
    assert [kind for kind, part in Interference.kinds.items() if part.couples] == ["activity"]
    assert Interference.parse({"kind": "activity", "least_db": -20.0}).least() == pytest.approx(0.01)


@pytest.mark.parametrize("field", [{"station_rise_db": -1.0}, {"device_rise_db": 101.0}])
def test_noise_does_not_fall(field: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(field))):
        Interference.parse({"kind": "fixed", **field})
