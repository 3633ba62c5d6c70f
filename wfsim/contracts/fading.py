"""What every fading model promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.radio.fading import Fading
from wfsim.rng import Streams

_LINKS = [f"d{i:05d}" for i in range(300)]
_BLOCKS = 128


def check_any_query_order_gives_the_same_values(model: Fading) -> None:
    """One block at a time, in random order, or all at once."""
    links = _LINKS[:4]
    forwards = model.realise(Streams(1), links).block_gains(np.arange(4), -100, 250)
    paths = model.realise(Streams(1), links)
    for column in np.random.default_rng(0).permutation(250):
        for link in (2, 0, 3, 1):
            alone = paths.block_gains(np.array([link]), int(column) - 100, 1)[0, 0]
            require_equal(float(alone), float(forwards[link, column]), f"the gain of block {column - 100} alone")


def check_gain_agrees_in_any_order_of_times(model: Fading) -> None:
    """Negative times included."""
    paths = model.realise(Streams(1), _LINKS[:4])
    t_s = np.linspace(-3.0, 9.0, 101)
    same = np.array_equal(paths.gain(t_s)[:, ::-1], paths.gain(t_s[::-1]))
    require(same, "gain(t) gives other values when the times are asked in reverse")


def check_unit_mean_and_never_negative(model: Fading) -> None:
    """Path loss and shadowing set the mean power; fading multiplies it, by 1 on average unless its `mean_gain` says
    otherwise. Within 4.5 standard errors over 300 links."""
    gains = model.realise(Streams(1), _LINKS).block_gains(np.arange(len(_LINKS)), -64, _BLOCKS)
    require_equal(gains.shape, (len(_LINKS), _BLOCKS), "the shape of block_gains")
    require_equal(gains.dtype, np.dtype(np.float64), "the type of block_gains")
    require((gains >= 0.0).all(), f"a power gain is {gains.min():g}: it must be >= 0")
    per_link = gains.mean(axis=1)
    limit = 4.5 * per_link.std() / np.sqrt(len(_LINKS))
    apart = abs(per_link.mean() - model.mean_gain())
    require(apart <= limit, f"the mean gain is {per_link.mean():.4f}, not {model.mean_gain():g} (+- {limit:.4f})")


def check_adding_or_permuting_links_shifts_nobody(model: Fading) -> None:
    """Every link draws at its own address."""
    before = model.realise(Streams(1), _LINKS[:5]).block_gains(np.arange(5), -10, 200)
    others = ["new", *reversed(_LINKS[:5])]
    after = model.realise(Streams(1), others).block_gains(np.array([5, 4, 3, 2, 1]), -10, 200)
    require(np.array_equal(before, after), "a link's gains change when links are added or reordered")
