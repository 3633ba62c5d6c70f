"""The gap to capacity of a link and its highest efficiency, from rate and SNR."""

from __future__ import annotations

import numpy as np

from wfsim.fitting import DOUBT, LEVEL, Estimate, Fit, Picture, Setup, Vector, rounded
from wfsim.fitting.log import Log
from wfsim.units import db_to_linear

_LEAST_SAMPLES = 10
_HIGHEST_GAP_DB = 40.0
_POOR_R2 = 0.5
_NO_GAP_DB = 1e-3
_SURE, _SURPLUS = 3.0, 0.01  # above capacity: standard errors, and bit/s/Hz


def lacking(log: Log, setup: Setup) -> str:
    """Why nothing can be fitted; empty where it can."""
    if not log.has("rate_bps", "snr_db"):
        return "needs rate_bps and snr_db"
    if setup.bandwidth_hz is None:
        return "needs the band: --bandwidth-hz"
    snr_db, rate_bps = log.together("snr_db", "rate_bps")
    enough = len(snr_db) >= _LEAST_SAMPLES and np.ptp(snr_db) > 0.0 and rate_bps.any()
    return "" if enough else f"needs {_LEAST_SAMPLES} samples of a rate at several SNRs"


def fit_link(log: Log, setup: Setup) -> Fit:
    """Rate = band x min(log2(1 + snr / gap), cap), least squares in bit/s/Hz; a cap where an F-test asks for one.

    Intervals follow from the curve's slope at the optimum (Gauss-Newton, Student's). Goodness: R^2.
    """
    snr_db, rate_bps = log.together("snr_db", "rate_bps")
    efficiency = rate_bps / setup.bandwidth_hz
    found = _estimated(snr_db, efficiency)
    values = [each.value for each in found.values()]
    residual = efficiency - _curve(snr_db, *values)
    spread = float(np.sum((efficiency - efficiency.mean()) ** 2))
    r2 = 1.0 - float(np.sum(residual**2)) / spread if spread > 0.0 else 0.0
    axis_db = np.linspace(snr_db.min(), snr_db.max(), 200)
    parts = {name: rounded(each.value) for name, each in found.items()}
    return Fit(
        model="link shannon",
        samples=len(snr_db),
        parameters=found,
        goodness={"r2": r2},
        parts={"radio.bandwidth_hz": setup.bandwidth_hz, "radio.link": {"kind": "shannon", **parts}},
        picture=Picture(
            x_label="SNR (dB)",
            y_label="Rate over band (bit/s/Hz)",
            x=snr_db,
            y=efficiency,
            line_x=axis_db,
            line_y=_curve(axis_db, *values),
        ),
        doubt=_doubt(r2, values[0], residual),
    )


def _curve(snr_db: Vector, gap_db: float, cap: float = np.inf) -> Vector:
    return np.minimum(np.log2(1.0 + db_to_linear(snr_db - gap_db)), cap)


def _estimated(snr_db: Vector, efficiency: Vector) -> dict[str, Estimate]:
    from scipy import stats

    plain = _least_squares(snr_db, efficiency, [_gap_seen(snr_db, efficiency)])
    capped = _least_squares(snr_db, efficiency, [plain[0][0], 0.98 * float(efficiency.max())])
    free = len(snr_db) - 2
    gain = (plain[2] - capped[2]) / max(capped[2] / free, 1e-300)
    chosen = capped if stats.f.sf(gain, 1, free) < DOUBT else plain
    values, errors, _ = chosen
    reach = float(stats.t.ppf(0.5 + LEVEL / 2.0, len(snr_db) - len(values)))
    names = ("gap_db", "max_bps_per_hz")
    return {
        name: Estimate(value=float(value), low=float(value - reach * error), high=float(value + reach * error))
        for name, value, error in zip(names, values, errors, strict=False)
    }


def _gap_seen(snr_db: Vector, efficiency: Vector) -> float:
    """The median gap of single samples that carried something."""
    some = efficiency > 0.0
    gaps_db = snr_db[some] - 10.0 * np.log10(np.expm1(efficiency[some] * np.log(2.0)))
    return float(np.clip(np.median(gaps_db), 0.1, _HIGHEST_GAP_DB - 0.1))


def _least_squares(snr_db: Vector, efficiency: Vector, start: list[float]) -> tuple[Vector, Vector, float]:
    """Values, their standard errors, and the sum of squares."""
    from scipy import optimize

    bounds = ([0.0, 1e-6][: len(start)], [_HIGHEST_GAP_DB, np.inf][: len(start)])
    found = optimize.least_squares(lambda values: _curve(snr_db, *values) - efficiency, start, bounds=bounds)
    squares = 2.0 * float(found.cost)
    variance = squares / (len(snr_db) - len(start)) * np.linalg.pinv(found.jac.T @ found.jac)
    return found.x, np.sqrt(np.diag(variance)), squares


def _doubt(r2: float, gap_db: float, residual: Vector) -> str:
    surplus = max(_SURE * float(residual.std()) / np.sqrt(len(residual)), _SURPLUS)
    if gap_db < _NO_GAP_DB and residual.mean() > surplus:
        return "the rate exceeds capacity at the SNRs given: band or SNR is another than stated"
    return f"SNR explains {100.0 * max(r2, 0.0):.3g} % of the rate's variance" if r2 < _POOR_R2 else ""
