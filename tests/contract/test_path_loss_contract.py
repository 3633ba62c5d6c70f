from __future__ import annotations

import json

import numpy as np
import pytest

from wfsim.errors import RunError
from wfsim.part import describe_value
from wfsim.radio.path_loss import PathLoss

pytestmark = pytest.mark.parametrize("kind", sorted(PathLoss.kinds))
_CARRIER_HZ = 2e9


def test_survives_its_yaml_form(kind: str) -> None:
    part = PathLoss.parse(kind)
    assert PathLoss.parse(json.loads(json.dumps(describe_value(part)))) == part


def test_loss_never_falls_with_distance_and_keeps_the_shape(kind: str) -> None:
    loss_db = PathLoss.parse(kind).loss_db(np.geomspace(50.0, 500.0, 60).reshape(6, 10), _CARRIER_HZ)
    assert loss_db.shape == (6, 10)
    assert np.isfinite(loss_db).all() and (loss_db >= 0.0).all()
    assert (np.diff(loss_db.ravel()) >= 0.0).all()


@pytest.mark.parametrize("distance_m", [0.0, -10.0, float("nan"), float("inf")])
def test_an_impossible_distance_is_an_error_that_names_the_model(kind: str, distance_m: float) -> None:
    with pytest.raises(RunError, match=kind):
        PathLoss.parse(kind).loss_db(np.array([100.0, distance_m]), _CARRIER_HZ)
