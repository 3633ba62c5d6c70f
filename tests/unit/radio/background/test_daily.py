from __future__ import annotations

import math

import pytest

from wfsim.radio.background import Background
from wfsim.rng import Streams


def _path(start_s: float = 0.0, **fields: float):
    return Background.parse({"kind": "daily", **fields}).realise(Streams(1), "up", start_s)


@pytest.mark.parametrize(
    ("start_s", "t_s", "share", "until_s"),
    [
        (0.0, 0.0, 0.0, 79_200.0),
        (0.0, 79_200.0, 0.4, 82_800.0),
        (79_200.0, 0.0, 0.4, 3600.0),
        (79_200.0, 3600.0, 0.0, 86_400.0),
        (79_200.0, 86_400.0, 0.4, 90_000.0),
        (80_000.0, 0.0, 0.4, 2800.0),
        (86_399.0, -1.0, 0.0, 79_201.0),
    ],
)
def test_the_clock_says_when(start_s: float, t_s: float, share: float, until_s: float) -> None:
    """From 22:00 for an hour."""
    path = _path(start_s, share=0.4, from_s=79_200.0, for_s=3600.0)
    assert (path.share(t_s), path.holds_until_s(t_s)) == (share, until_s)


def test_what_began_the_day_before_goes_on() -> None:
    """From 23:00 for two hours: at midnight it is half over."""
    path = _path(from_s=82_800.0, for_s=7200.0)
    assert (path.share(0.0), path.holds_until_s(0.0), path.share(3600.0)) == (1.0, 3600.0, 0.0)


@pytest.mark.parametrize("day_s", [0.1, 0.3, 86_400.0])
def test_every_change_is_one_in_floating_arithmetic(day_s: float) -> None:
    path, t_s = _path(0.7, from_s=0.05, for_s=day_s / 3.0, day_s=day_s), 0.0
    for _ in range(2000):
        until_s = path.holds_until_s(t_s)
        assert until_s > t_s and path.share(math.nextafter(until_s, t_s)) == path.share(t_s) != path.share(until_s)
        t_s = until_s


def test_a_part_of_the_band_all_day_never_changes() -> None:
    path = _path(share=0.3, for_s=10.0, day_s=10.0)
    assert (path.share(123.4), path.holds_until_s(123.4)) == (0.3, math.inf)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"for_s": 11.0, "day_s": 10.0}, "for_s 11 exceeds day_s 10"),
        ({"for_s": 10.0, "day_s": 10.0}, "leaves nothing for ever"),
        ({"share": 1.1}, "less than or equal to 1"),
    ],
)
def test_impossible_days_are_refused(fields: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _path(**fields)


def test_mean_shares() -> None:
    daily = {"kind": "daily", "share": 0.5, "for_s": 3600.0}
    assert Background.parse(daily).mean_share() == pytest.approx(0.5 / 24.0)
    both = {"kind": "several", "of": [{**daily, "share": 1.0}, {"kind": "on_off", "share": 0.5}]}
    assert Background.parse(both).mean_share() == pytest.approx(1.0 / 24.0 + 23.0 / 24.0 * 0.25)
