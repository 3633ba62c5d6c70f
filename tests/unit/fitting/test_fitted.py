"""Logs simulated with known parameters: each is recovered within its own interval, and wrong models are doubted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wfsim.errors import RunError, ScenarioError
from wfsim.fitting import Fit, Setup
from wfsim.fitting.fitted import fit_log
from wfsim.fitting.log import Log, read_log
from wfsim.fitting.losses import fit_losses
from wfsim.fitting.path_loss import fit_path_loss
from wfsim.radio.link.shannon import Shannon
from wfsim.radio.loss.gilbert_elliott import GilbertElliott
from wfsim.radio.path_loss.log_distance import LogDistance
from wfsim.rng import Streams
from wfsim.units import db_to_linear, noise_density_dbm_per_hz

BAND_HZ, POWER_DBM = 2e7, 20.0
SETUP = Setup(power_dbm=POWER_DBM, bandwidth_hz=BAND_HZ)


def log_of(**columns) -> Log:
    found = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    rows = len(next(iter(found.values())))
    return Log(file=Path("pilot.csv"), time_s=np.arange(rows, dtype=np.float64), columns=found)


def write(path: Path, **columns) -> str:
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(map(repr, row)) for row in rows)]) + "\n")
    return str(path)


def within(fit: Fit, **truth: float) -> bool:
    assert fit.parameters.keys() == truth.keys()
    return all(fit.parameters[name].low <= value <= fit.parameters[name].high for name, value in truth.items())


def pilot(count: int, seed: int) -> dict[str, np.ndarray]:
    """A walk through a cell: SNR from path loss and shadowing, rate from SNR and noise of measuring."""
    generator = np.random.default_rng(seed)
    distance_m = 10.0 ** generator.uniform(1.0, 3.0, count)
    loss_db = LogDistance(exponent=3.2, reference_m=1.0, reference_db=40.0).loss_db(distance_m, 2e9)
    noise_dbm = noise_density_dbm_per_hz(6.0) + 10.0 * np.log10(BAND_HZ)
    snr_db = POWER_DBM - loss_db - generator.normal(0.0, 6.0, count) - noise_dbm
    efficiency = Shannon(gap_db=3.0, max_bps_per_hz=6.0).efficiency(db_to_linear(snr_db))
    rate_bps = BAND_HZ * np.maximum(efficiency + generator.normal(0.0, 0.05, count), 0.0)
    return {"distance_m": distance_m, "snr_db": snr_db, "rate_bps": rate_bps}


def fates(count: int, seed: int, **fields: float) -> np.ndarray:
    return GilbertElliott(**fields).lost(Streams(seed), ("pilot",), count).astype(np.float64)


BURSTS = {"p_good_to_bad": 0.01, "p_bad_to_good": 0.25}


def test_a_pilot_s_parameters_are_recovered_through_a_file(tmp_path) -> None:
    columns = pilot(2000, seed=1)
    rtt_s = 0.04 + np.random.default_rng(2).uniform(-0.001, 0.001, 2000)
    lost = fates(2000, 3, **BURSTS).astype(int)
    path = write(tmp_path / "pilot.csv", time_s=np.arange(2000) * 0.1, **columns, loss=lost, rtt_s=rtt_s)
    fitted = fit_log(path, SETUP)
    path_loss, link, losses, rate, delay = fitted.fits
    assert within(path_loss, exponent=3.2, reference_db=40.0, std_db=6.0) and not path_loss.doubt
    assert within(link, gap_db=3.0, max_bps_per_hz=6.0) and link.goodness["r2"] > 0.99 and not link.doubt
    assert within(losses, **BURSTS) and not losses.doubt
    assert within(delay, delay_s=0.02) and not delay.doubt
    assert "varies by" in rate.doubt
    radio = fitted.scenario()["radio"]
    assert radio["path_loss"]["exponent"] == pytest.approx(path_loss.parameters["exponent"].value, rel=1e-5)
    assert (radio["bandwidth_hz"], radio["noise_figure_db"], radio["uplink_power_dbm"]) == (BAND_HZ, 6.0, POWER_DBM)
    assert fitted.hop().keys() == {"kind", "rate_bps", "delay_s"} and not fitted.left_out


def test_intervals_hold_their_level() -> None:
    """Of 100 logs 95 hold the truth, give or take 4.5 sqrt(100 x 0.95 x 0.05)."""
    held = np.zeros(3)
    truth = {"exponent": 3.2, "reference_db": 40.0, "std_db": 6.0}
    for seed in range(100):
        columns = pilot(40, seed)
        found = fit_path_loss(log_of(distance_m=columns["distance_m"], snr_db=columns["snr_db"]), SETUP).parameters
        held += [found[name].low <= value <= found[name].high for name, value in truth.items()]
    assert (np.abs(held - 95.0) < 4.5 * np.sqrt(100 * 0.95 * 0.05)).all()


def test_received_power_needs_no_band() -> None:
    columns = pilot(500, seed=4)
    noise_dbm = noise_density_dbm_per_hz(6.0) + 10.0 * np.log10(BAND_HZ)
    log = log_of(distance_m=columns["distance_m"], rssi_dbm=columns["snr_db"] + noise_dbm)
    fit = fit_path_loss(log, Setup(power_dbm=POWER_DBM))
    assert within(fit, exponent=3.2, reference_db=40.0, std_db=6.0)
    assert "radio.bandwidth_hz" not in fit.parts


@pytest.mark.parametrize("seed", [5, 6])
def test_hidden_states_are_found_and_recovered(seed) -> None:
    truth = {"p_good_to_bad": 0.01, "p_bad_to_good": 0.05, "loss_good": 0.01, "loss_bad": 0.6}
    fit = fit_losses(log_of(loss=fates(30_000, seed, **truth)))
    assert within(fit, **truth) and not fit.doubt
    assert fit.parts["radio.loss"].keys() == {"kind", *truth}


def test_losses_without_bursts_are_the_link_s_own() -> None:
    fit = fit_losses(log_of(loss=np.random.default_rng(7).random(20_000) < 0.03))
    assert fit.model == "losses, independent" and within(fit, residual_loss=0.03) and not fit.doubt
    assert fit.parts == {"radio.link": {"residual_loss": pytest.approx(0.03, abs=0.006)}}


def test_losses_that_no_chain_makes_are_doubted() -> None:
    every_tenth = np.arange(5000) % 10 == 0
    assert "no two-state chain" in fit_losses(log_of(loss=every_tenth)).doubt


def test_two_slopes_are_doubted() -> None:
    generator = np.random.default_rng(8)
    x = generator.uniform(1.0, 3.0, 500)
    rssi_dbm = POWER_DBM - 40.0 - 20.0 * x - 20.0 * np.maximum(x - 2.0, 0.0) + generator.normal(0.0, 3.0, 500)
    fit = fit_path_loss(log_of(distance_m=10.0**x, rssi_dbm=rssi_dbm), SETUP)
    assert fit.goodness["curvature_p"] < 1e-6 and "bends" in fit.doubt


def test_shadowing_of_two_kinds_is_doubted() -> None:
    """Half of the places are 30 dB behind a wall."""
    generator = np.random.default_rng(9)
    x = generator.uniform(1.0, 3.0, 500)
    rssi_dbm = POWER_DBM - 40.0 - 30.0 * x - 30.0 * (generator.random(500) < 0.5) + generator.normal(0.0, 2.0, 500)
    fit = fit_path_loss(log_of(distance_m=10.0**x, rssi_dbm=rssi_dbm), SETUP)
    assert fit.goodness["normal_p"] < 0.01 and "not normal" in fit.doubt


def test_a_rate_that_snr_does_not_explain_is_doubted(tmp_path) -> None:
    generator = np.random.default_rng(10)
    columns = {"snr_db": generator.uniform(20.0, 30.0, 300), "rate_bps": BAND_HZ * generator.uniform(0.1, 4.0, 300)}
    (link, _) = fit_log(write(tmp_path / "pilot.csv", **columns), SETUP).fits
    assert "SNR explains" in link.doubt


def test_a_steady_rate_is_a_wire_and_its_correlation_widens_the_interval(tmp_path) -> None:
    generator = np.random.default_rng(11)
    noise = generator.normal(0.0, 1.0, 4000)
    walk = np.array([noise[0]])
    for step in noise[1:]:
        walk = np.append(walk, 0.95 * walk[-1] + np.sqrt(1.0 - 0.95**2) * step)
    widths = []
    for values in (noise, walk):
        (rate,) = fit_log(write(tmp_path / "pilot.csv", rate_bps=1e7 + 2e5 * values), SETUP).fits
        assert within(rate, rate_bps=1e7) and not rate.doubt
        widths.append(rate.parameters["rate_bps"].high - rate.parameters["rate_bps"].low)
    assert widths[1] / widths[0] == pytest.approx(np.sqrt(1.95 / 0.05), rel=0.3)


def test_what_cannot_be_fitted_says_why(tmp_path) -> None:
    columns = pilot(50, seed=12)
    fitted = fit_log(write(tmp_path / "pilot.csv", **columns), Setup())
    assert [fit.model for fit in fitted.fits] == ["rate, constant"]
    assert "--power-dbm" in fitted.left_out["path loss"] and "--bandwidth-hz" in fitted.left_out["link"]
    near = fit_log(write(tmp_path / "pilot.csv", **columns), Setup(power_dbm=20.0, bandwidth_hz=1e6, reference_m=100.0))
    assert "--reference-m" in near.left_out["path loss"]
    with pytest.raises(RunError, match="nothing can be fitted: .*losses: needs 20 lost packets"):
        fit_log(write(tmp_path / "pilot.csv", loss=np.zeros(100, dtype=int)), Setup())


@pytest.mark.parametrize(
    ("columns", "model", "reason"),
    [
        ({"loss": np.repeat([0, 1, 0], 100)}, "losses", "needs 20 runs of losses and of arrivals; there are 3"),
        ({"distance_m": np.arange(1, 50), "rssi_dbm": np.full(49, -60.0)}, "path loss", "power is the same everywhere"),
        ({"distance_m": np.full(50, 9.0), "rssi_dbm": np.arange(50)}, "path loss", "needs 10 samples at 3 distances"),
        ({"snr_db": np.full(50, 9.0), "rate_bps": np.full(50, 1e6)}, "link", "a rate at several SNRs"),
    ],
)
def test_too_little_to_fit(tmp_path, columns, model, reason) -> None:
    path = write(tmp_path / "pilot.csv", **columns, rtt_s=np.full(len(next(iter(columns.values()))), 0.02))
    assert reason in fit_log(path, SETUP).left_out[model]


def test_exact_logs_are_not_doubted(tmp_path) -> None:
    distance_m, snr_db = np.linspace(1.0, 50.0, 50), np.linspace(-5.0, 30.0, 50)
    rssi_dbm = POWER_DBM - 40.0 - 30.0 * np.log10(distance_m)
    rate_bps = BAND_HZ * np.log2(1.0 + db_to_linear(snr_db))
    columns = {"distance_m": distance_m, "rssi_dbm": rssi_dbm, "snr_db": snr_db, "rate_bps": rate_bps}
    path_loss, link, _ = fit_log(write(tmp_path / "pilot.csv", **columns), SETUP).fits
    assert path_loss.parameters["exponent"].value == pytest.approx(3.0) and not path_loss.doubt
    assert link.parameters["gap_db"].value == pytest.approx(0.0, abs=1e-4) and not link.doubt
    doubled = fit_log(write(tmp_path / "pilot.csv", **{**columns, "rate_bps": 2.0 * rate_bps}), SETUP).fits[1]
    assert "exceeds capacity" in doubled.doubt


def test_an_exponent_that_no_scenario_takes_is_no_part(tmp_path) -> None:
    columns = {"distance_m": np.linspace(1.0, 50.0, 50), "rssi_dbm": np.linspace(-90.0, -40.0, 50)}
    (fit,) = fit_log(write(tmp_path / "pilot.csv", **columns), SETUP).fits
    assert fit.parts == {} and "none that a scenario takes" in fit.doubt


def test_empty_fields_were_not_measured(tmp_path) -> None:
    path = tmp_path / "pilot.csv"
    path.write_text("time_s,rate_bps,rtt_s\n0,1e6,\n1,,0.02\n2,2e6,0.04\n")
    log = read_log(str(path))
    assert log.over_time("rtt_s")[0].tolist() == [1.0, 2.0]
    assert [column.tolist() for column in log.together("rate_bps", "rtt_s")] == [[2e6], [0.04]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("time_s,rate_bps\n0,1\n1,fast\n", "pilot.csv:3: rate_bps is 'fast'"),
        ("time_s,rate_bps\n0,1\n1,-2\n", "pilot.csv:3: rate_bps is -2; it must be at least 0"),
        ("distance_m\n5\n0\n", "pilot.csv:3: distance_m is 0; it must be above 0"),
        ("loss\n0\n1\n0.5\n", "pilot.csv:4: loss is 0.5; it must be 0 .arrived. or 1 .lost."),
        ("rtt_s\nnan\n", "pilot.csv:2: rtt_s is 'nan'"),
        ("time_s,loss\n3,0\n2,0\n", "pilot.csv:3: time runs back"),
        ("time,rates_bps\n0,1\n", "pilot.csv:1: has none of the columns .*'rates_bps' .did you mean 'rate_bps'"),
        ("rate_bps\n", "pilot.csv:1: has no rows"),
        ("", "pilot.csv: is empty"),
    ],
)
def test_bad_logs_are_refused_with_their_line(tmp_path, text, reason) -> None:
    path = tmp_path / "pilot.csv"
    path.write_text(text)
    with pytest.raises(ScenarioError, match=reason):
        fit_log(str(path), SETUP)
