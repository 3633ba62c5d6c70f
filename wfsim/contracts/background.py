"""What every kind of foreign traffic promises."""

from __future__ import annotations

import math

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.radio.background import Background
from wfsim.rng import Streams

_START_S = 79_200.0  # the clock reads 22:00 at t = 0
_TIMES_S = [*np.linspace(0.0, 30.0, 61).tolist(), 1e3, 1e5 + 0.1]


def check_a_share_is_at_most_the_band(background: Background) -> None:
    """In [0, 1], in both directions."""
    for direction in ("up", "down"):
        traffic = background.realise(Streams(1), direction, _START_S)
        for t_s in _TIMES_S:
            share = traffic.share(t_s)
            require(0.0 <= share <= 1.0, f"the share {direction} at {t_s:g} s is {share:g}")


def check_the_mean_share_is_a_share(background: Background) -> None:
    """In [0, 1): something is left in the long run."""
    mean = background.mean_share()
    require(0.0 <= mean < 1.0, f"mean_share() is {mean:g}")


def check_any_query_order_gives_the_same_shares(background: Background) -> None:
    """Forwards, backwards, and from a path that was asked nothing before."""
    forwards = background.realise(Streams(1), "up", _START_S)
    shares = [forwards.share(t_s) for t_s in _TIMES_S]
    backwards = background.realise(Streams(1), "up", _START_S)
    require_equal([backwards.share(t_s) for t_s in _TIMES_S[::-1]][::-1], shares, "the share asked backwards")
    alone = [background.realise(Streams(1), "up", _START_S).share(t_s) for t_s in _TIMES_S]
    require_equal(alone, shares, "the share of a fresh path")


def check_nothing_changes_before_it_is_said_to(background: Background) -> None:
    """`holds_until_s` lies ahead, and the share is the same up to the last float before it."""
    traffic = background.realise(Streams(1), "up", _START_S)
    for t_s in _TIMES_S:
        until_s = traffic.holds_until_s(t_s)
        require(until_s > t_s, f"holds_until_s({t_s:g}) is {until_s:g}, which is not later")
        end_s = min(until_s, t_s + 1e3)
        for at_s in (*np.linspace(t_s, end_s, 8)[1:-1].tolist(), math.nextafter(end_s, t_s)):
            require(traffic.share(at_s) == traffic.share(t_s), f"the share changes at or before {at_s:g} s, not after")
