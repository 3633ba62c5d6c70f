"""Down while any cause is."""

from __future__ import annotations

import math

from wfsim.outages import Downtime, Outages
from wfsim.outages.any_down import AnyDown
from wfsim.rng import Streams


def window(from_s: float, to_s: float) -> dict[str, object]:
    return {"kind": "scheduled", "windows": [[from_s, to_s]]}


def realise(*parts: dict[str, object]) -> Downtime:
    return Outages.parse({"kind": "several", "parts": list(parts)}).realise(Streams(1), "a", 0.0)


def test_the_union_changes_only_where_it_changes() -> None:
    downtime = realise(window(1.0, 3.0), window(2.0, 4.0), window(6.0, 7.0))
    assert [downtime.next_change_s(t_s) for t_s in (0.0, 1.0, 2.5, 4.0, 6.0, 7.0)] == [
        1.0,
        4.0,
        4.0,
        6.0,
        7.0,
        math.inf,
    ]


def test_equal_causes_fail_apart() -> None:
    """Two random causes: the first failure is the earlier of two different ones."""
    one = Outages.parse({"kind": "random", "mtbf_s": 100.0, "mttr_s": 1.0})
    parts = [one.realise(Streams(1), f"a/{place}", 0.0) for place in (0, 1)]
    first_s, second_s = (part.next_change_s(0.0) for part in parts)
    assert first_s != second_s
    both = realise(
        {"kind": "random", "mtbf_s": 100.0, "mttr_s": 1.0}, {"kind": "random", "mtbf_s": 100.0, "mttr_s": 1.0}
    )
    assert both.next_change_s(0.0) == min(first_s, second_s)


def test_what_outlasts_every_patience_never_ends() -> None:
    """Two daily halves that meet are down for ever, and the answer comes."""
    halves = [Outages.parse({"kind": "scheduled", "daily": [hours]}) for hours in ("00:00-12:00", "12:00-00:00")]
    assert AnyDown([half.realise(Streams(1), "a", 0.0) for half in halves]).next_change_s(5.0) == math.inf
