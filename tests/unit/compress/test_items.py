"""Sizes by hand: int8, items of two segments of 6 and 3 values, one byte of flags. Whole: 2 + (4 + 6) + (4 + 3) = 19;
a fragment begins with 4 + 1, a part with 4 + 1 + 6."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.compress._items import LAST_PART, PART, WHOLE, Content, Wire


def _wire(companions: int = 0, items: int = 8) -> Wire:
    return Wire(family=1, kind="int8", items=items, flags=items, companions=companions, segments=lambda item: (6, 3))


def test_whole_items_share_a_fragment() -> None:
    wire = _wire()
    layout = wire.lay_out([4, 2, 7], 5 + 2 * 19, np.inf)
    assert layout == [Content(WHOLE, (4, 2)), Content(WHOLE, (7,))]
    assert [wire.size(content) for content in layout] == [43, 24]
    assert [wire.entries(content) for content in layout] == [18, 9]


def test_an_item_larger_than_a_fragment_is_split_within_its_segments() -> None:
    wire = _wire()
    layout = wire.lay_out([3], 11 + 4 + 4, np.inf)
    assert layout == [Content(PART, (3,), 0, 4), Content(PART, (3,), 4, 2), Content(PART, (3,), 6, 3)]
    assert [wire.size(content) for content in layout] == [19, 17, 18]


def test_companions_fly_with_every_part() -> None:
    """4 + 2 bytes more in each."""
    wire = _wire(companions=2)
    layout = wire.lay_out([3], 11 + 6 + 4 + 4, np.inf)
    assert [content.count for content in layout] == [4, 2, 3]
    assert [wire.entries(content) for content in layout] == [6, 4, 5]
    assert wire.size(wire.lay_out([3], 1000, np.inf)[0]) == 5 + 19 + 12


def test_the_budget_cuts_the_item_that_no_longer_fits() -> None:
    """24 for the first; of the 18 left, 15 go to the header and scale of a part and 3 to values."""
    wire = _wire()
    layout = wire.lay_out([1, 2, 3], 1000, 42)
    assert layout == [Content(WHOLE, (1,)), Content(LAST_PART, (2,), 0, 3)]
    assert sum(wire.size(content) for content in layout) == 42


@pytest.mark.parametrize("budget", [24, 39])
def test_a_rest_that_holds_no_value_is_left(budget: int) -> None:
    assert _wire().lay_out([1, 2, 3], 1000, budget) == [Content(WHOLE, (1,))]


def test_nothing_chosen_still_says_so() -> None:
    assert _wire().lay_out([], 1000, np.inf) == [Content(WHOLE, ())]
    assert _wire().lay_out([1, 2], 1000, 5) == [Content(WHOLE, ())]


def test_what_no_fragment_can_hold_is_an_error() -> None:
    with pytest.raises(ValueError, match="max_bytes is 15, and one value with its header takes 16"):
        _wire().lay_out([1], 15, np.inf)
    with pytest.raises(ValueError, match="70000 items"):
        _wire(items=70_000).lay_out([1], 65_000, np.inf)
