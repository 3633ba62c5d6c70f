from __future__ import annotations

import pytest

from wfsim.scenario.node import KeyPath, Place, path_text, wrap

PLACE = Place("f", 3)


def test_wrapping_and_plain_are_inverse() -> None:
    value = {"a": [1, {"b": None}], "c": "x"}
    assert wrap(value, PLACE).plain() == value


def test_tuples_become_lists() -> None:
    assert wrap((1, 2), PLACE).plain() == [1, 2]


def test_deepest_stops_where_the_path_leaves_the_tree() -> None:
    root = wrap({"a": [{"b": 1}]}, PLACE)
    assert root.deepest(("a", 0, "b", "c")).value == 1
    assert root.deepest(("a", 5)).plain() == [{"b": 1}]


@pytest.mark.parametrize(
    ("path", "text"), [((), ""), (("a", "b"), "a.b"), (("s", 0, "n"), "s[0].n"), (("a\nb",), "a b")]
)
def test_paths_are_shown_with_dots_and_brackets(path: KeyPath, text: str) -> None:
    assert path_text(path) == text
