from __future__ import annotations

import json

import numpy as np
import pytest

from wfsim.part import describe_value
from wfsim.radio.fading import Fading
from wfsim.rng import Streams

pytestmark = pytest.mark.parametrize("kind", sorted(Fading.kinds))
_LINKS = [f"d{i:05d}" for i in range(300)]
_BLOCKS = 128


def test_survives_its_yaml_form(kind: str) -> None:
    part = Fading.parse(kind)
    assert Fading.parse(json.loads(json.dumps(describe_value(part)))) == part


def test_any_query_order_gives_the_same_values(kind: str) -> None:
    model, links = Fading.parse(kind), _LINKS[:4]
    forwards = model.realise(Streams(1), links).block_gains(np.arange(4), -100, 250)
    paths = model.realise(Streams(1), links)
    for column in np.random.default_rng(0).permutation(250):
        for link in (2, 0, 3, 1):
            assert paths.block_gains(np.array([link]), int(column) - 100, 1)[0, 0] == forwards[link, column]


def test_gain_agrees_in_any_order_of_times(kind: str) -> None:
    paths = Fading.parse(kind).realise(Streams(1), _LINKS[:4])
    t_s = np.linspace(-3.0, 9.0, 101)
    assert np.array_equal(paths.gain(t_s)[:, ::-1], paths.gain(t_s[::-1]))


def test_unit_mean_and_never_negative(kind: str) -> None:
    gains = Fading.parse(kind).realise(Streams(1), _LINKS).block_gains(np.arange(len(_LINKS)), -64, _BLOCKS)
    assert gains.shape == (len(_LINKS), _BLOCKS) and gains.dtype == np.float64
    assert (gains >= 0.0).all()
    per_link = gains.mean(axis=1)
    assert abs(per_link.mean() - 1.0) <= 4.5 * per_link.std() / np.sqrt(len(_LINKS))


def test_adding_or_permuting_links_shifts_nobody(kind: str) -> None:
    model = Fading.parse(kind)
    before = model.realise(Streams(1), _LINKS[:5]).block_gains(np.arange(5), -10, 200)
    others = ["new", *reversed(_LINKS[:5])]
    after = model.realise(Streams(1), others).block_gains(np.array([5, 4, 3, 2, 1]), -10, 200)
    assert np.array_equal(before, after)
