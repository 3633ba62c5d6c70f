"""What a worker answers, and that it outlives neither a crash of its sweep nor its own."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from wfsim.results.directory import Run
from wfsim.simulate import Resources
from wfsim.sweeps.crew import Crew
from wfsim.sweeps.messages import Brief, Ended, Order
from wfsim.sweeps.plan import Plan
from wfsim.sweeps.worker import _outcome

SMALL = ["topology.devices=3", "stop.rounds=2", "learning.local.steps=1", "learning.kind=none"]


def brief(*arguments: str) -> Brief:
    return Brief(source="digits", overrides=[*SMALL, *arguments], resources=Resources(workers=1))


def outcome(path: Path, run_id: str, *arguments: str) -> Ended:
    return _outcome(brief(*arguments), {}, Order(number=1, run_id=run_id, path=path), lambda _: None, threading.Event())


def test_a_cell_that_is_no_longer_what_was_planned_is_not_run(tmp_path: Path) -> None:
    ended = outcome(tmp_path / "run", "0123456789ab")
    assert ended.status == "failed" and "changed while the sweep was running" in ended.cause
    assert not (tmp_path / "run").exists()


def test_the_cause_of_a_failure_is_one_line(planned) -> None:
    silent = ("radio.fading=none", "radio.link.min_bps_per_hz=7.0")
    (task,) = planned(*silent).tasks.values()
    ended = outcome(task.path, task.run_id, *silent)
    assert ended.status == "failed" and "rate is zero" in ended.cause and "\n" not in ended.cause


def run_all(plan: Plan, *arguments: str, on_start=lambda crew, task: None) -> dict[int, Ended]:
    plan.folder.mkdir()
    ends = {}
    with Crew(brief(*arguments), 1) as crew:
        for task, message in crew.news(plan.missing()):
            if message is None:
                on_start(crew, task)
            elif isinstance(message, Ended):
                ends[task.cell.number] = message
    return ends


def test_a_worker_that_dies_fails_its_cell_alone(planned) -> None:
    def kill_the_second(crew: Crew, task) -> None:
        if task.cell.number == 2:
            (worker,) = crew._busy
            os.kill(worker._process.pid, signal.SIGKILL)

    ends = run_all(planned("seed=1,2,3"), "seed=1,2,3", on_start=kill_the_second)
    assert [ends[number].status for number in (1, 2, 3)] == ["completed", "failed", "completed"]
    assert ends[2].cause == "its process died (SIGKILL)"


def test_asked_to_stop_it_leaves_a_run_that_can_go_on(planned) -> None:
    plan = planned("seed=1,2", "stop.rounds=1000000")
    ends, rounds = {}, 0
    plan.folder.mkdir()
    with Crew(brief("seed=1,2", "stop.rounds=1000000"), 1) as crew:
        for task, message in crew.news(plan.missing()):
            if isinstance(message, Ended):
                ends[task.cell.number] = message.status
            elif message is not None:
                rounds = message.round
                crew.stop()
                crew.stop()
    assert rounds >= 1 and ends == {1: "interrupted"}
    first, second = plan.tasks.values()
    assert (first.path / "manifest.json").is_file() and not second.path.exists()


def test_an_error_after_the_request_to_stop_is_no_failure(tmp_path: Path) -> None:
    stopping = threading.Event()
    stopping.set()
    order = Order(number=1, run_id="0123456789ab", path=tmp_path / "run")
    assert _outcome(brief(), {}, order, lambda _: None, stopping) == Ended(status="interrupted")


def test_a_request_to_stop_that_was_lost_stops_the_cell_at_its_next_record(planned) -> None:
    (task,) = planned().tasks.values()
    stopping = threading.Event()
    stopping.set()
    order = Order(number=1, run_id=task.run_id, path=task.path)
    assert _outcome(brief(), {}, order, lambda _: None, stopping) == Ended(status="interrupted")
    assert Run(task.path).status == "interrupted"
