"""What every path loss model promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal, require_raises
from wfsim.errors import RunError
from wfsim.radio.path_loss import PathLoss

_CARRIER_HZ = 2e9
_DISTANCES_M = np.geomspace(40.0, 140.0, 60)  # within the validity of macro cells and of offices


def check_loss_never_falls_with_distance_and_keeps_the_shape(model: PathLoss) -> None:
    """From 40 m to 140 m."""
    distances_m = _DISTANCES_M.reshape(6, 10)
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


def check_the_least_valid_distance_is_valid(model: PathLoss) -> None:
    """Devices that move nearer are charged the loss there."""
    low_m, high_m = model.range_m(_CARRIER_HZ)
    require(0.0 < low_m < high_m, f"range_m is {low_m:g} to {high_m:g} m")
    loss_db = model.loss_db(np.array([low_m]), _CARRIER_HZ)
    require(np.isfinite(loss_db).all(), f"the loss at the least distance of {low_m:g} m is {loss_db}")


def check_a_line_of_sight_has_a_probability_and_never_loses_more(model: PathLoss) -> None:
    """Where the model knows one: probabilities in [0, 1], and the mean loss between both states' losses."""
    probability = model.los_probability(_DISTANCES_M)
    if probability is None:
        return
    require(((probability >= 0.0) & (probability <= 1.0)).all(), f"a probability is {probability.max():g}")
    seen = np.ones(len(_DISTANCES_M), dtype=bool)
    clear_db, hidden_db = (model.loss_db(_DISTANCES_M, _CARRIER_HZ, los) for los in (seen, ~seen))
    require((clear_db <= hidden_db).all(), "a line of sight loses more than none")
    mean_db, ulp_db = model.loss_db(_DISTANCES_M, _CARRIER_HZ), 1e-9
    inside = (mean_db >= clear_db - ulp_db) & (mean_db <= hidden_db + ulp_db)
    require(inside.all(), "the mean loss over both states lies outside of them")


def check_the_shadowing_that_a_model_names_is_possible(model: PathLoss) -> None:
    """Standard deviations at or above 0 and correlation distances above 0, one per link."""
    if model.los_probability(_DISTANCES_M) is None:
        return
    seen = np.arange(len(_DISTANCES_M)) % 2 == 0
    std_db, correlation_m = model.shadow_std_db(seen, _DISTANCES_M, _CARRIER_HZ), model.shadow_correlation_m(seen)
    for what, values in (("standard deviation", std_db), ("correlation distance", correlation_m)):
        require(values is None or (np.shape(values) == seen.shape and np.all(values > 0.0)), f"a {what} is {values}")
