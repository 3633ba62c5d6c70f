from __future__ import annotations

import math

import numpy as np
import pytest

from wfsim.radio.background import Background
from wfsim.rng import Streams

_ON_OFF = {"kind": "on_off", "share": 0.6}
_DAILY = {"kind": "daily", "share": 0.7, "from_s": 10.0, "for_s": 20.0, "day_s": 50.0}


def _path(*of, direction: str = "up"):
    return Background.parse({"kind": "several", "of": list(of)}).realise(Streams(1), direction, 0.0)


def test_shares_add_up_and_are_clipped_at_the_band() -> None:
    path, times_s = _path(_ON_OFF, _DAILY), np.linspace(0.0, 100.0, 201).tolist()
    alone = [Background.parse(part).realise(Streams(1), "up", 0.0) for part in (_ON_OFF, _DAILY)]
    expected = [min(sum(each.share(t_s) for each in alone), 1.0) for t_s in times_s]
    assert [path.share(t_s) for t_s in times_s] == expected and set(expected) == {0.0, 0.6, 0.7, 1.0}


def test_what_adds_up_to_the_band_closes_it_whatever_rounding_says() -> None:
    parts = [{"kind": "daily", "share": share} for share in (0.7, 0.2, 0.1)]
    assert sum((0.7, 0.2, 0.1)) < 1.0 and _path(*parts).share(1.0) == 1.0


def test_sources_of_one_kind_are_independent_and_directions_too() -> None:
    times_s = np.linspace(0.0, 400.0, 201).tolist()
    paths = [_path(_ON_OFF, {**_ON_OFF, "share": 0.3}), _path(_ON_OFF, {**_ON_OFF, "share": 0.3}, direction="down")]
    up, down = ([path.share(t_s) for t_s in times_s] for path in paths)
    assert set(up) == {0.0, 0.3, 0.6, math.fsum([0.3, 0.6])} and up != down


def test_a_closed_band_is_not_looked_at_before_it_opens() -> None:
    """On and off ten times a second; the night lasts an hour."""
    path = _path({**_ON_OFF, "mean_on_s": 0.1, "mean_off_s": 0.1}, {"kind": "daily", "from_s": 0.0, "for_s": 3600.0})
    assert path.holds_until_s(5.0) == 3600.0 and path.holds_until_s(3600.0) < 3605.0


def test_several_holds_no_several() -> None:
    with pytest.raises(ValueError, match="list its sources instead"):
        _path({"kind": "several", "of": ["none"]}, "none")
