"""What is lost on the way is not learned; what is wholly lost is never computed."""

from __future__ import annotations

import pytest

TINY = ["stop.rounds=3", "learning.local.steps=1", "radio.transport=unreliable"]


def last(lines: list[dict], kind: str) -> dict:
    return [line for line in lines if line["type"] == kind][-1]


def test_a_job_whose_packets_all_get_lost_is_never_computed(play) -> None:
    lines = play("digits.yaml", [*TINY, "radio.link.residual_loss=0.97"])
    coverages = [line["coverage"] for line in lines if line["type"] == "update_arrived"]
    arrived = sum(coverage > 0.0 for coverage in coverages)
    jobs = last(lines, "jobs_counted")
    assert 0 < arrived < len(coverages)
    assert (jobs["submitted"], jobs["computed"], jobs["speculative"]) == (12, arrived, 0)


def test_a_round_without_any_arrival_keeps_the_adapter(play) -> None:
    lines = play(
        "digits.yaml",
        [*TINY, "radio.link.residual_loss=0.999999", "stop.rounds=2", "radio.downlink.transport=unreliable"],
    )
    assert last(lines, "round_closed")["version"] == 0
    assert last(lines, "jobs_counted")["computed"] == 0
    scores = [(line["accuracy"], line["loss"]) for line in lines if line["type"] == "evaluated"]
    assert scores[0] == scores[1]
    assert not [line for line in lines if line["type"] == "model_updated"]


@pytest.mark.parametrize("direction", ["radio.transport", "radio.downlink.transport"])
def test_lost_packets_of_either_direction_change_the_adapter(play, direction: str) -> None:
    """Same loss, same fates; only what happens to lost packets differs."""
    base = ["stop.rounds=2", "learning.local.steps=2", "radio.link.residual_loss=0.4"]
    reliable = play("digits.yaml", base)
    lossy = play("digits.yaml", [*base, f"{direction}=unreliable"])
    assert last(lossy, "evaluated")["loss"] != last(reliable, "evaluated")["loss"]
    assert last(reliable, "update_arrived")["coverage"] == 1.0


@pytest.mark.parametrize("values", ["fp32", "fp16", "int8"])
def test_divergence_is_a_clear_failure(play, values: str) -> None:
    """Whatever the codec would make of it."""
    from wfsim.errors import RunError

    with pytest.raises(RunError, match=r"diverged.*learning rate"):
        play("digits.yaml", ["learning.local.optimizer.lr=1e30", "learning.local.steps=3", f"codec.values={values}"])


def test_time_can_run_out_while_nobody_is_available(play) -> None:
    never = "devices.availability={kind: bernoulli, probability: 1.0e-6, period_s: 10}"
    lines = play("digits.yaml", [never, "stop.time_s=95", "learning.kind=none"])
    assert [line["until_s"] for line in lines if line["type"] == "nobody_available"][-1] == 95.0
    assert (lines[-1]["t_s"], lines[-1]["reason"], lines[-1]["rounds"]) == (95.0, "time", 0)
