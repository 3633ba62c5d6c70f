"""Non-dominated points."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wfsim.figures._pareto import pareto_front

_POINTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


def _dominates(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] <= b[0] and a[1] >= b[1] and a != b


@given(_POINTS)
def test_the_front_is_what_no_point_dominates_once_each(points: list[tuple[int, int]]) -> None:
    front = [points[index] for index in pareto_front(*zip(*points))]
    expected = {point for point in points if not any(_dominates(other, point) for other in points)}
    assert front == sorted(expected)


def test_of_equal_points_the_first_stands_for_all() -> None:
    assert pareto_front([2.0, 1.0, 1.0], [0.5, 0.5, 0.5]) == [1]
