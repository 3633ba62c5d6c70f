from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from wfsim.results.directory import Run


def test_a_run_prints_rounds_a_summary_and_its_directory(cli) -> None:
    said = cli("run", "small.yaml", "--out", "one")
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert lines[0].startswith("round 1/2  t = ") and lines[0].endswith("arrived 3/3")
    assert any(line.startswith("round 2/2") for line in lines)
    assert any(line.startswith("Does the channel matter?") for line in lines)
    assert lines[-1] == "one"
    assert Run("one").status == "completed"


def test_the_default_directory_holds_name_and_id(cli) -> None:
    cli("run", "small.yaml")
    run_id = json.loads(cli("validate", "small.yaml", "--json").out)["run_id"]
    assert [path.name for path in Path("runs").iterdir()] == [f"small-{run_id}"]


def test_a_completed_run_is_not_run_again_unless_forced(cli) -> None:
    cli("run", "small.yaml", "--out", "one")
    again, forced = cli("run", "small.yaml", "--out", "one"), cli("run", "small.yaml", "--out", "one", "--force")
    assert "round 1/2" not in again.out
    assert again.out.endswith("one: finished earlier; --force runs it again\n")
    assert "round 1/2" in forced.out and "finished earlier" not in forced.out


def test_a_directory_that_holds_another_run_is_wrong_usage(cli) -> None:
    cli("run", "small.yaml", "--out", "one")
    said = cli("run", "small.yaml", "seed=2", "--out", "one")
    assert said.code == 2
    assert "--force" in said.err


def test_json_is_alone_on_stdout(cli) -> None:
    said = cli("run", "small.yaml", "seed=2", "--json", "--out", "one")
    shown = json.loads(said.out)
    assert (shown["run"], shown["status"], shown["finished_earlier"]) == ("one", "completed", False)
    assert shown["summary"] == Run("one").summary
    assert said.err.startswith("round 1/2")


def test_training_shows_accuracy_and_jobs(cli) -> None:
    said = cli("run", "small.yaml", "learning.kind=lora", "stop.rounds=1", "--out", "one")
    accuracy = Run("one").summary["final_accuracy"]
    assert said.code == 0, said.err
    assert f"accuracy {accuracy:.4f}" in said.out.splitlines()[0]
    assert "Training jobs: 3 submitted, 3 computed, 0 computed on speculation." in said.out


def test_a_run_that_cannot_go_on_is_failed(cli) -> None:
    said = cli("run", "small.yaml", "radio.fading=none", "radio.link.min_bps_per_hz=7.0", "--out", "mute")
    assert said.code == 1
    assert "rate is zero" in said.err and said.err.count("\n") == 1
    assert Run("mute").status == "failed"


def test_a_federation_that_cannot_be_built_is_an_invalid_scenario(cli) -> None:
    said = cli("run", "small.yaml", "radio.path_loss=macro_128", "topology.radius_m=9000.0", "--out", "far")
    assert said.code == 3
    assert said.err.startswith("small.yaml: radio.path_loss: ") and said.err.count("\n") == 1
    assert not Path("far").exists()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_a_directory_that_can_be_read(cli, process, stop: signal.Signals) -> None:
    running = process("-m", "wfsim", "run", "small.yaml", "stop.rounds=1000000", "--out", "one")
    assert running.stdout.readline().startswith("round 1/1000000")
    running.send_signal(stop)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.startswith("wfsim: interrupted at t = ") and err.count("\n") == 1
    assert Run("one").status == "interrupted"
    assert cli("verify", "one").out.endswith(" (unfinished: interrupted)\n")


def test_a_stop_that_was_lost_stops_the_run_all_the_same(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a callback from C, where Python drops the exception."""

    def sent(scenario: object) -> None:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("wfsim.world.checks.check_scenario", sent)
    said = cli("run", "small.yaml", "--out", "one")
    assert said.code == 130 and said.err.startswith("wfsim: interrupted at t = 0 s; ")
    assert Run("one").status == "interrupted"
