"""Lines of several parts come into one journal, in an order that hangs on times and parts alone."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsim.trace import Backlog, Journal, Leaves, Pages, RunEnded, UpdateHeld, check_chain, in_order

Lines = list[dict[str, Any]]


def held(t_s: float, device: str) -> UpdateHeld:
    return UpdateHeld(t_s=t_s, device=device, round=1)


def written(part: int, times_s: list[float]) -> Pages:
    pages = Pages(part)
    for number, t_s in enumerate(times_s):
        pages.write(held(t_s, f"{part}-{number}"))
    return pages


@given(st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), max_size=6), max_size=5), st.randoms())
def test_order_is_time_then_part_then_writing(times_s: list[list[float]], chance: random.Random) -> None:
    leaves = [written(part, sorted(times)).take(9.0) for part, times in enumerate(times_s)]
    expected = sorted(
        (t_s, each.part, number, each.texts[number]) for each in leaves for number, t_s in enumerate(each.t_s.tolist())
    )
    chance.shuffle(leaves)
    assert in_order(leaves) == [text for *_, text in expected]


def test_pages_give_what_was_written_until_a_time_once() -> None:
    pages = written(3, [0.0, 1.0, 1.0, 2.0])
    first, second = pages.take(1.0), pages.take(5.0)
    assert [len(each.texts) for each in (first, second, pages.take(5.0))] == [3, 1, 0]
    assert first.t_s.tolist() == [0.0, 1.0, 1.0]
    assert second.part == 3


def test_halted_pages_take_nothing_more() -> None:
    pages = Pages(0)
    pages.halt()
    pages.write(held(1.0, "d"))
    assert not pages.take(9.0).texts


def test_texts_make_the_lines_that_records_make() -> None:
    direct, spelt = Lines(), Lines()
    one, other = Journal([direct.append]), Journal([spelt.append])
    for record in (held(1.0, "a"), held(1e-7, "b"), RunEnded(t_s=3.0, reason="rounds", rounds=2)):
        one.write(record)
        pages = Pages(0)
        pages.write(record)
        other.write_texts(pages.take(9.0).texts)
    assert spelt == direct
    assert other.digest == one.digest
    assert not list(check_chain(spelt))


def test_numbers_that_json_lacks_are_refused_by_pages_too() -> None:
    with pytest.raises(ValueError, match="not a number that JSON has"):
        Pages(0).write(held(float("nan"), "d"))


def test_a_backlog_keeps_the_order_and_tells_listeners_at_once() -> None:
    lines, heard = Lines(), Lines()
    backlog = Backlog(Journal([lines.append]))
    backlog.listen(heard.append)
    backlog.write(held(1.0, "server"))
    backlog.write_texts(written(0, [1.0, 2.0]).take(9.0).texts)
    backlog.write(held(2.0, "server"))
    assert not lines
    assert [line["device"] for line in heard] == ["server", "server"]
    backlog.settle()
    backlog.settle()
    assert [line["device"] for line in lines] == ["server", "0-0", "0-1", "server"]
    assert not list(check_chain(lines))


def test_a_halted_backlog_writes_what_it_had_and_nothing_more() -> None:
    lines = Lines()
    backlog = Backlog(Journal([lines.append]))
    backlog.write(held(1.0, "before"))
    backlog.halt()
    backlog.write(held(2.0, "after"))
    backlog.write_texts(written(0, [1.0]).take(9.0).texts)
    backlog.settle()
    assert [line["device"] for line in lines] == ["before"]


def test_no_leaves_no_lines() -> None:
    assert in_order([]) == []
    assert in_order([Leaves(part=0, t_s=written(0, []).take(1.0).t_s, texts=[])]) == []
