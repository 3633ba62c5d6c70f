"""What a sweep would take, against what it takes."""

from __future__ import annotations

import wfsim
from wfsim.scenario.load import load_scenario
from wfsim.sweeps.predict import Pace, measure_pace, predict, wall_s

TRAINED = {"topology.devices": 3, "stop.rounds": 2, "learning.local.steps": 2}


def test_a_prediction_is_what_the_trained_run_measures(tmp_path) -> None:
    scenario = load_scenario("digits", TRAINED)
    predicted, run = predict(scenario), wfsim.run(scenario, tmp_path / "run")
    for key in ("simulated_s", "uplink_bits", "downlink_bits", "energy_j", "rounds"):
        assert getattr(predicted, key) == run.summary[key], key
    assert predicted.fails == ""
    per_job = predicted.trained_flops / run.summary["jobs_computed"]
    assert per_job == predict(load_scenario("digits", {**TRAINED, "stop.rounds": 1})).trained_flops / 3


def test_a_target_accuracy_is_left_out() -> None:
    assert predict(load_scenario("digits", {**TRAINED, "stop.target_accuracy": 0.01})).rounds == 2


def test_a_channel_that_never_carries_a_bit_is_foreseen() -> None:
    predicted = predict(load_scenario("digits", {**TRAINED, "radio.fading": "none", "radio.link.min_bps_per_hz": 7.0}))
    assert "rate is zero" in predicted.fails


def test_wall_time_grows_with_work_and_shrinks_with_cores(planned, monkeypatch) -> None:
    monkeypatch.setattr("wfsim.sweeps.sweep.usable_cores", lambda: 4)
    monkeypatch.setattr("wfsim.sweeps.predict.usable_cores", lambda: 4)
    tasks = list(planned("seed=1,2", base=[f"{key}={value}" for key, value in TRAINED.items()]).tasks.values())
    predictions = [predict(task.cell.scenario) for task in tasks]
    pace = Pace(loading_s=1.0, s_per_flop=1e-6, s_per_evaluation=2.0)
    timing_s = sum(each.timing_wall_s for each in predictions)
    work_s = sum(each.trained_flops for each in predictions) * 1e-6 + 2.0 * 2 * 2
    assert abs(wall_s(tasks, predictions, pace, 2) - (1.0 + (timing_s + work_s) / 4)) < 1e-6 * work_s
    assert wall_s(tasks, predictions, pace, 3) > wall_s(tasks, predictions, pace, 2)  # 3 processes leave a core idle
    assert wall_s([], [], pace, 2) == 0.0


def test_the_pace_is_measured() -> None:
    pace = measure_pace(load_scenario("digits", TRAINED))
    assert min(pace.loading_s, pace.s_per_flop, pace.s_per_evaluation) > 0.0
