from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfsim.measured.recording import sampled
from wfsim.measured.series import Series

EDGES_S = np.array([0.0, 0.1, 0.3, 0.7])
VALUES = np.array([10.0, 0.0, 5.0])
WHOLE = 0.1 * 10.0 + 0.4 * 5.0


def test_a_loop_by_hand():
    series = Series(EDGES_S, VALUES)
    assert [series.value_at(t_s) for t_s in (0.0, 0.1, 0.3, 0.7, 0.85, -0.05)] == [10.0, 0.0, 5.0, 10.0, 0.0, 5.0]
    assert series.integral(0.05, 0.5) == pytest.approx(0.5 + 1.0)
    assert series.integral(0.5, 1.45) == pytest.approx(1.0 + WHOLE + 0.5)
    assert series.mean == pytest.approx(WHOLE / 0.7)
    assert series.next_change_s(0.1) == 0.3


def test_holding_goes_on_with_the_last_value_and_before_with_the_first():
    series = Series(EDGES_S, VALUES, at_end="hold", offset_s=0.2)
    assert [series.value_at(t_s) for t_s in (-5.0, 0.0, 0.1, 0.5, 1e6)] == [10.0, 0.0, 5.0, 5.0, 5.0]
    assert series.integral(0.0, 10.5) == pytest.approx(10.4 * 5.0)
    assert series.next_change_s(0.1) == math.inf
    assert series.finish_s(0.0, 50.0) == pytest.approx(10.1)


def test_a_held_zero_never_finishes():
    assert Series(EDGES_S, np.array([1.0, 2.0, 0.0]), at_end="hold").finish_s(0.0, 0.51) == math.inf
    assert Series(np.array([0.0, 1.0]), np.array([0.0])).finish_s(0.0, 1.0) == math.inf


@pytest.mark.parametrize("lap", [0, 1, 7, 1_000_003])
def test_laps_do_not_drift(lap):
    """The edges of a late lap stand at lap x length, to the last bit, and whole laps bring whole amounts."""
    series = Series(EDGES_S, VALUES)
    edge_s = lap * 0.7 + 0.3
    assert series.value_at(edge_s) == 5.0
    assert series.value_at(math.nextafter(edge_s, -math.inf)) == 0.0
    assert series.next_change_s(math.nextafter(edge_s, -math.inf)) == edge_s
    assert series.integral(0.0, lap * 0.7) == pytest.approx(lap * WHOLE, rel=1e-12)
    assert series.finish_s(0.0, lap * WHOLE + 0.5) == pytest.approx(lap * 0.7 + 0.05, rel=1e-12)


def test_the_end_of_a_lap_that_is_as_its_begin_is_no_change():
    series = Series(np.array([0.0, 1.0, 2.0, 4.0]), np.array([1.0, 0.0, 1.0]))
    assert series.next_change_s(2.5) == 5.0
    assert Series(np.array([0.0, 1.0]), np.array([3.0])).next_change_s(0.5) == math.inf


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.floats(1e-3, 10.0), min_size=1, max_size=6),
    rates=st.lists(st.sampled_from([0.0, 1.0, 3.5, 1e6]), min_size=6, max_size=6),
    loops=st.booleans(),
    offset_s=st.floats(0.0, 20.0),
    start_s=st.floats(0.0, 100.0),
    amount=st.floats(1e-3, 1e7),
)
def test_the_integral_up_to_the_finish_is_the_amount(lengths, rates, loops, offset_s, start_s, amount):
    edges_s, at_end = np.concatenate([[0.0], np.cumsum(lengths)]), "loop" if loops else "hold"
    series = Series(edges_s, np.array(rates[: len(lengths)]), at_end=at_end, offset_s=offset_s)
    finish_s = series.finish_s(start_s, amount)
    assert finish_s >= start_s
    if math.isfinite(finish_s):
        rounding = 1e6 * 64.0 * math.ulp(finish_s + offset_s + 10.0)
        assert series.integral(start_s, finish_s) == pytest.approx(amount, rel=1e-9, abs=rounding)
        middle_s = 0.5 * (start_s + finish_s)
        halves = series.integral(start_s, middle_s) + series.integral(middle_s, finish_s)
        assert halves == pytest.approx(amount, rel=1e-9, abs=rounding)


def test_what_ends_with_a_step_does_not_wait_for_the_next_rate():
    series = Series(np.array([0.0, 0.1, 50.0]), np.array([1e6, 0.0]), amounts=np.array([1e5, 0.0]))
    assert series.finish_s(0.0, 1e5) == 0.1
    assert series.finish_s(150.0, 1e5 + 1e-9) == pytest.approx(150.1)


def test_samples_hold_until_the_next_and_the_last_one_as_long_as_usual():
    recording = sampled(np.array([5.0, 7.0, 7.0, 9.0, 12.0]), np.array([1.0, 2.0, 3.0, 3.0, 4.0]))
    assert recording.edges_s.tolist() == [0.0, 2.0, 7.0, 9.0]
    assert recording.values.tolist() == [1.0, 3.0, 4.0]
    assert recording.step_s == 2.0
