"""Log-distance path loss with log-normal shadowing, from distance and received power or SNR."""

from __future__ import annotations

import numpy as np

from wfsim.fitting import DOUBT, LEVEL, Estimate, Fit, Picture, Setup, Vector, rounded
from wfsim.fitting.log import Log
from wfsim.rng import Streams
from wfsim.units import linear_to_db, noise_density_dbm_per_hz

_LEAST_SAMPLES = 10
_TESTED = 2000  # residuals whose distribution is tested; more would reject any model for nothing
_TRIALS = 999
_EXACT_DB = 1e-6  # residuals that are rounding alone


def lacking(log: Log, setup: Setup) -> str:
    """Why nothing can be fitted; empty where it can."""
    if not log.has("distance_m") or not (log.has("rssi_dbm") or log.has("snr_db")):
        return "needs distance_m and rssi_dbm or snr_db"
    if setup.power_dbm is None:
        return "needs the power that was radiated: --power-dbm"
    if not log.has("rssi_dbm") and setup.bandwidth_hz is None:
        return "needs the band that the SNR is measured over: --bandwidth-hz"
    distance_m, loss_db = _losses(log, setup)
    if (distance_m < setup.reference_m).any():
        return f"has distances below the reference of {setup.reference_m:g} m: --reference-m"
    if len(distance_m) < _LEAST_SAMPLES or len(np.unique(distance_m)) < 3:
        return f"needs {_LEAST_SAMPLES} samples at 3 distances or more"
    return "" if np.ptp(loss_db) > 0.0 else "the received power is the same everywhere"


def fit_path_loss(log: Log, setup: Setup) -> Fit:
    """L = reference_db + 10 n log10(d / d0) + N(0, std_db^2): least squares, which is maximum likelihood here.

    Intervals are Student's for the line and chi-square's for the deviation. Goodness: R^2; `curvature_p` of a term in
    log10(d)^2 that the model lacks; `normal_p`, Kolmogorov-Smirnov's test of the residuals, fitted deviation and all.
    """
    distance_m, loss_db = _losses(log, setup)
    x = 10.0 * np.log10(distance_m / setup.reference_m)
    exponent, reference_db = _line(x, loss_db)
    residual_db = loss_db - reference_db.value - exponent.value * x
    std_db = _deviation(residual_db, fitted=2)
    goodness = {
        "r2": 1.0 - float(np.sum(residual_db**2) / np.sum((loss_db - loss_db.mean()) ** 2)),
        "curvature_p": _curvature_p(x, loss_db),
        "normal_p": _normal_p(residual_db),
    }
    parameters = {"exponent": exponent, "reference_db": reference_db, "std_db": std_db}
    return Fit(
        model="path loss log_distance, shadowing log_normal",
        samples=len(x),
        parameters=parameters,
        goodness=goodness,
        parts=_parts(parameters, log, setup),
        picture=_picture(distance_m, loss_db, x, parameters),
        doubt=_doubt(goodness, exponent.value),
    )


def _losses(log: Log, setup: Setup) -> tuple[Vector, Vector]:
    """Distances and losses in dB: radiated less received power; noise is that of the band and the noise figure."""
    if log.has("rssi_dbm"):
        distance_m, received_dbm = log.together("distance_m", "rssi_dbm")
        return distance_m, setup.power_dbm - received_dbm
    distance_m, snr_db = log.together("distance_m", "snr_db")
    noise_dbm = noise_density_dbm_per_hz(setup.noise_figure_db) + float(linear_to_db(setup.bandwidth_hz))
    return distance_m, setup.power_dbm - noise_dbm - snr_db


def _line(x: Vector, y: Vector) -> tuple[Estimate, Estimate]:
    from scipy import stats

    found = stats.linregress(x, y)
    reach = float(stats.t.ppf(0.5 + LEVEL / 2.0, len(x) - 2))
    pairs = ((found.slope, found.stderr), (found.intercept, found.intercept_stderr))
    slope, intercept = (
        Estimate(value=float(value), low=float(value - reach * error), high=float(value + reach * error))
        for value, error in pairs
    )
    return slope, intercept


def _deviation(residual: Vector, fitted: int) -> Estimate:
    from scipy import stats

    free, squares = len(residual) - fitted, float(np.sum(residual**2))
    high, low = stats.chi2.ppf([0.5 - LEVEL / 2.0, 0.5 + LEVEL / 2.0], free)
    return Estimate(
        value=float(np.sqrt(squares / free)), low=float(np.sqrt(squares / low)), high=float(np.sqrt(squares / high))
    )


def _curvature_p(x: Vector, y: Vector) -> float:
    """Student's test of the coefficient of x^2 beside a line."""
    from scipy import stats

    centred = x - x.mean()
    design = np.column_stack([np.ones_like(centred), centred, centred**2])
    coefficients, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    free = len(x) - 3
    residual = y - design @ coefficients
    if rank < 3 or np.ptp(residual) < _EXACT_DB:
        return 1.0
    variance = float(residual @ residual) / free * np.linalg.inv(design.T @ design)[2, 2]
    return float(2.0 * stats.t.sf(abs(coefficients[2]) / np.sqrt(variance), free))


def _normal_p(residual: Vector) -> float:
    """By simulation, for mean and deviation are fitted to the same residuals."""
    from scipy import stats

    if np.ptp(residual) < _EXACT_DB:
        return 1.0
    some = residual[:: -(-len(residual) // _TESTED)]
    generator = Streams(0).generator("fit", "normal")
    tested = stats.goodness_of_fit(stats.norm, some, statistic="ks", n_mc_samples=_TRIALS, rng=generator)
    return float(tested.pvalue)


def _parts(parameters: dict[str, Estimate], log: Log, setup: Setup) -> dict[str, object]:
    exponent, reference_db, std_db = (rounded(parameters[name].value) for name in parameters)
    if not 1.0 <= exponent <= 10.0 or std_db > 30.0:
        return {}
    path_loss = {"kind": "log_distance", "exponent": exponent, "reference_m": setup.reference_m}
    parts: dict[str, object] = {
        "radio.uplink_power_dbm": setup.power_dbm,
        "radio.path_loss": {**path_loss, "reference_db": reference_db},
        "radio.shadowing": {"kind": "log_normal", "std_db": std_db},
    }
    measured_over = {"radio.bandwidth_hz": setup.bandwidth_hz, "radio.noise_figure_db": setup.noise_figure_db}
    return parts if log.has("rssi_dbm") else {**measured_over, **parts}


def _picture(distance_m: Vector, loss_db: Vector, x: Vector, parameters: dict[str, Estimate]) -> Picture:
    order = np.argsort(distance_m)
    line = parameters["reference_db"].value + parameters["exponent"].value * x
    return Picture(
        x_label="Distance (m)",
        y_label="Path loss (dB)",
        x=distance_m,
        y=loss_db,
        line_x=distance_m[order],
        line_y=line[order],
        log_x=True,
    )


def _doubt(goodness: dict[str, float], exponent: float) -> str:
    if not 1.0 <= exponent <= 10.0:
        return f"an exponent of {exponent:.3g} is none that a scenario takes (1 to 10)"
    if goodness["curvature_p"] < DOUBT:
        return f"loss bends over log distance (p = {goodness['curvature_p']:.2g}): one exponent does not do"
    if goodness["normal_p"] < DOUBT:
        return f"shadowing is not normal in dB (p = {goodness['normal_p']:.2g})"
    return ""
