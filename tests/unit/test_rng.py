"""Named, addressed randomness."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.rng import Streams


def test_a_stream_depends_on_its_address_alone() -> None:
    streams = Streams(1)
    before = streams.uniforms(5, "fading", "d00001", 3)
    streams.generator("fading", "d00002", 3).random(1000)
    np.testing.assert_array_equal(streams.uniforms(5, "fading", "d00001", 3), before)


@pytest.mark.parametrize(
    "other", [("fading", "d00001", 4), ("fading", "d00001", "3"), ("fading", "d0000", "13"), ("fate", "d00001", 3)]
)
def test_other_addresses_give_other_numbers(other: tuple) -> None:
    assert not np.array_equal(Streams(1).uniforms(5, *other), Streams(1).uniforms(5, "fading", "d00001", 3))


def test_another_seed_gives_other_numbers() -> None:
    assert not np.array_equal(Streams(1).uniforms(5, "x"), Streams(2).uniforms(5, "x"))


def test_a_longer_draw_begins_with_the_shorter() -> None:
    np.testing.assert_array_equal(Streams(1).uniforms(9, "x")[:4], Streams(1).uniforms(4, "x"))


def test_uniforms_are_uniform() -> None:
    """Mean 1/2 and variance 1/12 over many addresses, within 4.5 standard errors."""
    draws = np.array([Streams(7).uniforms(1, "u", i)[0] for i in range(4000)])
    assert abs(draws.mean() - 0.5) < 4.5 * np.sqrt(1 / 12 / len(draws))
    assert abs(np.mean((draws - 0.5) ** 2) - 1 / 12) < 4.5 * np.sqrt((1 / 80 - 1 / 144) / len(draws))


def test_numpy_integers_are_integers() -> None:
    np.testing.assert_array_equal(Streams(1).uniforms(3, "x", np.int64(3)), Streams(1).uniforms(3, "x", 3))


def test_other_address_types_are_refused() -> None:
    with pytest.raises(TypeError):
        Streams(1).generator("x", 1.0)


def test_uniforms_are_those_of_a_fresh_generator() -> None:
    """Odd counts and draws in between leave nothing behind."""
    streams = Streams(3)
    for count in (1, 7, 64, 5):
        streams.uniforms(3, "other", count)
        expected = streams.generator("here", count).random(count)
        assert streams.uniforms(count, "here", count).tolist() == expected.tolist()
