"""What every shadowing model promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.radio.shadowing import Shadowing
from wfsim.rng import Streams

_LINKS = [f"d{i:05d}" for i in range(2000)]


def check_adding_or_permuting_links_shifts_nobody(model: Shadowing) -> None:
    """Every link draws at its own address."""
    before = dict(zip(_LINKS[:5], model.realise(Streams(1), _LINKS[:5]), strict=True))
    others = ["new", *reversed(_LINKS[:5])]
    after = dict(zip(others, model.realise(Streams(1), others), strict=True))
    same = {link: after[link] for link in before} == before
    require(same, "a link's loss changes when links are added or reordered")


def check_zero_mean_in_db(model: Shadowing) -> None:
    """Path loss holds the mean. Within 4.5 standard errors over 2000 links."""
    loss_db = model.realise(Streams(1), _LINKS)
    require_equal(loss_db.shape, (len(_LINKS),), "the shape of the loss")
    limit_db = 4.5 * loss_db.std() / np.sqrt(len(_LINKS))
    require(abs(loss_db.mean()) <= limit_db, f"the mean is {loss_db.mean():.3f} dB, not 0 (+- {limit_db:.3f})")


def check_no_links_no_values(model: Shadowing) -> None:
    """An empty list is no error."""
    require_equal(model.realise(Streams(1), []).shape, (0,), "the shape for no links")
