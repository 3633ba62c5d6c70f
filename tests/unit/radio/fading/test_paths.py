from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.intervals import interval_of
from wfsim.radio.fading import BlockPaths, Fading
from wfsim.rng import Streams

_LINKS = ["a", "b", "c"]
_EVERYONE = np.arange(3)


class _CountingDraw:
    """Uniform draws that remember how often they were asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, generator: np.random.Generator, count: int) -> np.ndarray:
        self.calls += 1
        return generator.random(count)


def _paths(draw: _CountingDraw) -> BlockPaths:
    return BlockPaths(Streams(4), _LINKS, 0.1, draw)


@pytest.mark.parametrize(("first", "count"), [(0, 1), (60, 10), (-5, 10), (-64, 64), (-129, 300), (63, 1), (64, 64)])
def test_a_long_query_is_its_blocks_one_by_one(first: int, count: int) -> None:
    paths = _paths(_CountingDraw())
    single = [paths.block_gains(_EVERYONE, block, 1) for block in range(first, first + count)]
    assert np.array_equal(paths.block_gains(_EVERYONE, first, count), np.hstack(single))


def test_an_empty_query_has_no_columns() -> None:
    paths = _paths(_CountingDraw())
    assert paths.block_gains(_EVERYONE, 70, 0).shape == (3, 0)
    assert paths.gain(np.array([])).shape == (3, 0)


def test_a_tile_is_drawn_once_per_link() -> None:
    draw = _CountingDraw()
    paths = _paths(draw)
    for block in (0, 63, 10, 64, 127, -1, -64):
        paths.block_gains(np.array([2, 0]), block, 1)
    assert draw.calls == 2 * 3


def test_a_forgotten_tile_comes_back_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wfsim.radio.fading._paths._CACHED_TILES", 1)
    monkeypatch.setattr("wfsim.radio.fading._paths._CACHED_TILES_PER_LINK", 0)
    draw = _CountingDraw()
    paths = _paths(draw)
    before = paths.block_gains(_EVERYONE, 0, 64)
    paths.block_gains(_EVERYONE, 640, 64)
    assert np.array_equal(paths.block_gains(_EVERYONE, 0, 64), before)
    assert draw.calls == 9


def test_a_caller_cannot_change_the_gains() -> None:
    paths = _paths(_CountingDraw())
    first = paths.block_gains(_EVERYONE, 0, 64)
    kept = first.copy()
    first[:] = -1.0
    assert np.array_equal(paths.block_gains(_EVERYONE, 0, 64), kept)


def test_gain_at_a_time_is_the_gain_of_its_block() -> None:
    paths = _paths(_CountingDraw())
    t_s = np.array([12.34, -0.05, 0.1 * 3, 0.3, 0.35, 12.34])
    blocks = [interval_of(t, 0.1) for t in t_s]
    expected = np.hstack([paths.block_gains(_EVERYONE, block, 1) for block in blocks])
    assert np.array_equal(paths.gain(t_s), expected)
    assert not np.array_equal(expected[:, 2], expected[:, 3])
    assert np.array_equal(expected[:, 2], expected[:, 4])


def test_blocks_links_tiles_and_seeds_are_independent() -> None:
    model = Fading.parse("rayleigh")
    gains = model.realise(Streams(1), [f"l{i}" for i in range(100)]).block_gains(np.arange(100), -320, 640)
    other = model.realise(Streams(2), [f"l{i}" for i in range(100)]).block_gains(np.arange(100), -320, 640)
    pairs = [(gains[:, 1:], gains[:, :-1]), (gains[1:], gains[:-1]), (gains[:, 64:], gains[:, :-64]), (gains, other)]
    for left, right in pairs:
        correlation = np.corrcoef(left.ravel(), right.ravel())[0, 1]
        assert abs(correlation) < 4.5 / np.sqrt(left.size)


def test_coherence_time_moves_boundaries_but_not_the_numbers() -> None:
    short = Fading.parse({"kind": "rayleigh", "coherence_s": 0.01}).realise(Streams(1), _LINKS)
    long = Fading.parse({"kind": "rayleigh", "coherence_s": 1.0}).realise(Streams(1), _LINKS)
    assert np.array_equal(short.gain(np.array([0.025])), long.gain(np.array([2.5])))


def test_no_fading_is_constant() -> None:
    paths = Fading.parse("none").realise(Streams(1), _LINKS)
    assert paths.coherence_s is None
    assert np.array_equal(paths.gain(np.array([0.0, 9.0])), np.ones((3, 2)))
    assert np.array_equal(paths.block_gains(np.array([1]), -7, 4), np.ones((1, 4)))


def test_a_strong_line_of_sight_removes_the_fading() -> None:
    gains = Fading.parse({"kind": "rician", "k_db": 60}).realise(Streams(1), _LINKS).block_gains(_EVERYONE, 0, 64)
    assert np.abs(gains - 1.0).max() < 0.01


@pytest.mark.parametrize("field", [{"coherence_s": 0.0}, {"k_db": 61.0}, {"k_db": float("inf")}])
def test_impossible_fields_are_refused(field: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Fading.parse({"kind": "rician", **field})
