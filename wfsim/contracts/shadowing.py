"""What every shadowing model promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.radio.shadowing import Links, Shadowing
from wfsim.rng import Streams

_MANY = 2000
_PLACES_M = np.random.default_rng(0).uniform(0.0, 1e6, (_MANY, 2))  # so far apart that correlated links are not


def _links(numbers: list[int]) -> Links:
    """Links to one station whose path loss model says all there is to say."""
    return Links(
        names=tuple(f"d{number:05d}" for number in numbers),
        station="bs",
        position_m=_PLACES_M[numbers].reshape(-1, 2),
        los=np.array(numbers, dtype=np.int64) % 2 == 0,
        std_db=np.full(len(numbers), 6.0),
        correlation_m=np.full(len(numbers), 50.0),
    )


def check_adding_or_permuting_links_shifts_nobody(model: Shadowing) -> None:
    """Every link draws at its own address."""
    before = dict(zip(range(5), model.realise(Streams(1), _links(list(range(5)))), strict=True))
    others = [7, *reversed(range(5))]
    after = dict(zip(others, model.realise(Streams(1), _links(others)), strict=True))
    same = {link: after[link] for link in before} == before
    require(same, "a link's loss changes when links are added or reordered")


def check_zero_mean_in_db(model: Shadowing) -> None:
    """Path loss holds the mean. Within 4.5 standard errors over 2000 links."""
    loss_db = model.realise(Streams(1), _links(list(range(_MANY))))
    require_equal(loss_db.shape, (_MANY,), "the shape of the loss")
    limit_db = 4.5 * loss_db.std() / np.sqrt(_MANY)
    require(abs(loss_db.mean()) <= limit_db, f"the mean is {loss_db.mean():.3f} dB, not 0 (+- {limit_db:.3f})")


def check_no_links_no_values(model: Shadowing) -> None:
    """An empty list is no error."""
    require_equal(model.realise(Streams(1), _links([])).shape, (0,), "the shape for no links")
