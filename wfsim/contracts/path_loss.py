"""What every path loss model promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal, require_raises
from wfsim.errors import RunError
from wfsim.radio.path_loss import PathLoss

_CARRIER_HZ = 2e9


def check_loss_never_falls_with_distance_and_keeps_the_shape(model: PathLoss) -> None:
    """From 50 m to 500 m."""
    distances_m = np.geomspace(50.0, 500.0, 60).reshape(6, 10)
    loss_db = model.loss_db(distances_m, _CARRIER_HZ)
    require_equal(loss_db.shape, (6, 10), "the shape of the loss")
    require(np.isfinite(loss_db).all() and (loss_db >= 0.0).all(), f"a loss is {loss_db.min():g} dB")
    rising = np.diff(loss_db.ravel()) >= 0.0
    require(rising.all(), f"the loss falls beyond {distances_m.ravel()[rising.argmin()]:g} m")


def check_an_impossible_distance_is_an_error_that_names_the_model(model: PathLoss) -> None:
    """Zero, negative, NaN and infinite distances raise RunError."""
    for distance_m in (0.0, -10.0, float("nan"), float("inf")):
        distances_m = np.array([100.0, distance_m])
        require_raises(
            RunError,
            lambda at_m=distances_m: model.loss_db(at_m, _CARRIER_HZ),
            f"a distance of {distance_m:g} m is an error",
            naming=model.kind,
        )
