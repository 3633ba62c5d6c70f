from __future__ import annotations

import json

import numpy as np
import pytest

from wfsim.part import describe_value
from wfsim.radio.shadowing import Shadowing
from wfsim.rng import Streams

pytestmark = pytest.mark.parametrize("kind", sorted(Shadowing.kinds))
_LINKS = [f"d{i:05d}" for i in range(2000)]


def test_survives_its_yaml_form(kind: str) -> None:
    part = Shadowing.parse(kind)
    assert Shadowing.parse(json.loads(json.dumps(describe_value(part)))) == part


def test_adding_or_permuting_links_shifts_nobody(kind: str) -> None:
    model = Shadowing.parse(kind)
    before = dict(zip(_LINKS[:5], model.realise(Streams(1), _LINKS[:5]), strict=True))
    others = ["new", *reversed(_LINKS[:5])]
    after = dict(zip(others, model.realise(Streams(1), others), strict=True))
    assert {link: after[link] for link in before} == before


def test_zero_mean_in_db(kind: str) -> None:
    loss_db = Shadowing.parse(kind).realise(Streams(1), _LINKS)
    assert loss_db.shape == (len(_LINKS),)
    assert abs(loss_db.mean()) <= 4.5 * loss_db.std() / np.sqrt(len(_LINKS))


def test_no_links_no_values(kind: str) -> None:
    assert Shadowing.parse(kind).realise(Streams(1), []).shape == (0,)
