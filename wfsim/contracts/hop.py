"""What every kind of hop promises."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from wfsim.contracts._require import require, require_close, require_equal
from wfsim.rng import Streams
from wfsim.wired import Carrier, Hop

_TIMES_S = [0.0, 0.013, 0.9999, 1.0, 7.3, 1e3, 1e5 + 0.1]
_SOME_S = 0.37


def _realise(hop: Hop) -> Carrier:
    return hop.realise(Streams(1), "a>b", 0.0)


def _bits(hop: Hop) -> list[float]:
    return [1.0, 1e-3 * hop.expected_bps(), hop.expected_bps()]


def check_what_is_expected_is_finite(hop: Hop) -> None:
    """A mean rate above zero and a mean delay of zero or more, or no route could be chosen."""
    rate_bps, delay_s = hop.expected_bps(), hop.expected_delay_s()
    require(0.0 < rate_bps < math.inf, f"expected_bps() is {rate_bps:g}")
    require(0.0 <= delay_s < math.inf, f"expected_delay_s() is {delay_s:g}")


def check_bits_up_to_the_finish_are_the_bits(hop: Hop) -> None:
    """`bits_between(t, finish_s(t, bits))` is `bits`, and the finish is not before the start."""
    carrier = _realise(hop)
    for t_s in _TIMES_S:
        for bits in _bits(hop):
            finish_s = carrier.finish_s(t_s, bits)
            require(finish_s >= t_s, f"finish_s({t_s:g}, {bits:g}) is {finish_s:g}, before the start")
            if math.isfinite(finish_s):
                found, rounding = carrier.bits_between(t_s, finish_s), 1e-12 * (1.0 + t_s) * 10.0 * hop.expected_bps()
                require_close(found, bits, f"bits from {t_s:g} s to their finish", rel=1e-9, abs=rounding)


def check_more_bits_take_longer(hop: Hop) -> None:
    """`finish_s` does not fall with bits."""
    carrier = _realise(hop)
    for t_s in _TIMES_S:
        finish_s = [carrier.finish_s(t_s, bits) for bits in _bits(hop)]
        require(finish_s == sorted(finish_s), f"from {t_s:g} s on more bits finish earlier: {finish_s}")


def check_bits_add_up_over_time(hop: Hop) -> None:
    """Over pieces of an interval they sum to those of the whole."""
    carrier = _realise(hop)
    for t_s in _TIMES_S:
        edges_s = np.linspace(t_s, t_s + _SOME_S, 6).tolist()
        pieces = [carrier.bits_between(*edge) for edge in pairwise(edges_s)]
        require(min(pieces) >= 0.0, f"bits from {t_s:g} s on are negative")
        whole = carrier.bits_between(edges_s[0], edges_s[-1])
        require_close(sum(pieces), whole, f"bits from {t_s:g} s on", rel=1e-6, abs=1e-3)


def check_any_query_order_gives_the_same_hop(hop: Hop) -> None:
    """Forwards, backwards, and from one that was asked nothing before."""
    forwards, backwards = _realise(hop), _realise(hop)
    asked = [_answers(forwards, hop, t_s) for t_s in _TIMES_S]
    require_equal([_answers(backwards, hop, t_s) for t_s in _TIMES_S[::-1]][::-1], asked, "a hop asked backwards")
    require_equal([_answers(_realise(hop), hop, t_s) for t_s in _TIMES_S], asked, "a fresh hop")


def check_delays_are_never_negative(hop: Hop) -> None:
    """And finite."""
    carrier = _realise(hop)
    for t_s in _TIMES_S:
        require(0.0 <= carrier.delay_s(t_s) < math.inf, f"the delay at {t_s:g} s is {carrier.delay_s(t_s):g}")


def _answers(carrier: Carrier, hop: Hop, t_s: float) -> tuple[float, float, float]:
    finish_s = carrier.finish_s(t_s, 0.1 * hop.expected_bps())
    return finish_s, carrier.bits_between(t_s, t_s + _SOME_S), carrier.delay_s(t_s)
