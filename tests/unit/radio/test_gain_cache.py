from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.fading.rayleigh import Rayleigh
from wfsim.radio.gain_cache import GainCache
from wfsim.rng import Streams

_NAMES = [f"d{number}" for number in range(6)]


@pytest.mark.parametrize("spans", [1, 2])
def test_gains_are_those_of_the_paths_in_any_order_of_queries(spans: int) -> None:
    paths = Rayleigh().realise(Streams(1), _NAMES)
    cache, draw = GainCache(paths, 6, spans), np.random.default_rng(1)
    for _ in range(300):
        links = np.sort(draw.choice(6, size=draw.integers(1, 7), replace=False))
        first, count = int(draw.integers(-200, 200)), int(draw.integers(1, 90))
        assert (cache.gains(links, first, count) == paths.block_gains(links, first, count)).all()


def test_a_span_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    paths, asked = Rayleigh().realise(Streams(1), _NAMES), []
    true = paths.block_gains
    monkeypatch.setattr(paths, "block_gains", lambda *which: asked.append(which[0].tolist()) or true(*which))
    cache = GainCache(paths, 6, 1)
    for block in range(64):
        cache.gains(np.array([0, 2]), block, 1)
        cache.gains(np.array([1]), block, 1)
    assert asked == [[0, 2], [1]]
