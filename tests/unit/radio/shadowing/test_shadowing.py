from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.radio.shadowing import Shadowing
from wfsim.rng import Streams

_LINKS = [f"link{i}" for i in range(20)]


def test_log_normal_scales_one_draw_per_link_with_its_standard_deviation() -> None:
    one = Shadowing.parse({"kind": "log_normal", "std_db": 1}).realise(Streams(3), _LINKS)
    eight = Shadowing.parse("log_normal").realise(Streams(3), _LINKS)
    assert eight == pytest.approx(8.0 * one, rel=1e-15)
    assert len(set(one)) == len(_LINKS)


def test_another_seed_gives_other_shadowing() -> None:
    model = Shadowing.parse("log_normal")
    assert not np.any(model.realise(Streams(1), _LINKS) == model.realise(Streams(2), _LINKS))


def test_a_negative_standard_deviation_is_refused() -> None:
    with pytest.raises(ValidationError):
        Shadowing.parse({"kind": "log_normal", "std_db": -1.0})
