"""What the missing runs of a sweep would take: a timing-only pass of each, and a short training to time the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from wfsim.errors import RunError
from wfsim.learning.adapter import initial_adapter
from wfsim.learning.engine import Job
from wfsim.learning.trainer import Trainer, make_trainer
from wfsim.learning.workload import Workload, build_workload
from wfsim.results.summary import Summary
from wfsim.rng import Streams
from wfsim.scenario.schema import Scenario
from wfsim.sweeps.plan import Task
from wfsim.sweeps.sweep import chunk_workers, usable_cores
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

_STEPS = 5

Line = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One run without training. Simulated time, bits (headers included) and joules are exact unless a target accuracy
    ends the run sooner; `fails` says why the run cannot go on.
    """

    simulated_s: float
    uplink_bits: float
    downlink_bits: float
    energy_j: float
    rounds: int
    trained_flops: float
    timing_wall_s: float
    fails: str = ""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What training costs on one core of this machine: loading once, then by operations and by evaluations."""

    loading_s: float = 0.0
    s_per_flop: float = 0.0
    s_per_evaluation: float = 0.0


def predict(scenario: Scenario) -> Prediction:
    """Simulate a scenario without training and without a directory."""
    began_s = time.perf_counter()
    summary, work = Summary(), _FinishedWork()
    fails = ""
    try:
        world = build_world(_timing_only(scenario), Journal([summary, work]))
        execute(world)
    except RunError as error:
        fails = str(error)
    values = summary.values()
    return Prediction(
        **{key: values[key] for key in ("simulated_s", "uplink_bits", "downlink_bits", "energy_j", "rounds")},
        trained_flops=work.flops(scenario) if scenario.learning.kind != "none" else 0.0,
        timing_wall_s=time.perf_counter() - began_s,
        fails=fails,
    )


def measure_pace(scenario: Scenario) -> Pace:
    """Train one chunk for a few steps and evaluate once. The only thing here that imports torch."""
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    began_s = time.perf_counter()
    trainer = make_trainer(workload)
    jobs = _short_jobs(workload, streams, devices)
    trainer.train(jobs)  # warms up
    loading_s = time.perf_counter() - began_s
    flops = sum(len(batch) for job in jobs for batch in job.batches) * workload.flops_per_example
    return Pace(
        loading_s=loading_s,
        s_per_flop=_seconds(lambda: trainer.train(jobs)) / flops,
        s_per_evaluation=_evaluation_s(trainer, jobs),
    )


def wall_s(tasks: Sequence[Task], predictions: Sequence[Prediction], pace: Pace, size: int) -> float:
    """Estimated wall time on `size` processes if every core is kept busy and nothing is found in a cache."""
    core_s = sum(_core_s(task.cell.scenario, each, pace) for task, each in zip(tasks, predictions, strict=True))
    return pace.loading_s + core_s / min(usable_cores(), size * chunk_workers(size)) if tasks else 0.0


def _core_s(scenario: Scenario, each: Prediction, pace: Pace) -> float:
    evaluations = -(-each.rounds // scenario.learning.evaluate.every_rounds) if scenario.learning.kind != "none" else 0
    return each.timing_wall_s + each.trained_flops * pace.s_per_flop + evaluations * pace.s_per_evaluation


def _timing_only(scenario: Scenario) -> Scenario:
    learning = scenario.learning.model_copy(update={"kind": "none"})
    stop = scenario.stop.model_copy(update={"target_accuracy": None})
    return scenario.model_copy(update={"learning": learning, "stop": stop})


def _short_jobs(workload: Workload, streams: Streams, devices: Sequence[str]) -> list[Job]:
    start, local = initial_adapter(workload.shapes, streams), workload.settings.local
    chosen = [devices[number % len(devices)] for number in range(workload.settings.engine.chunk_jobs)]
    return [
        Job(
            device=device,
            round=1,
            base_version=0,
            start=start,
            batches=local.batches(streams, device, 1, workload.shards.train[device])[:_STEPS],
        )
        for device in chosen
    ]


def _evaluation_s(trainer: Trainer, jobs: Sequence[Job]) -> float:
    return _seconds(lambda: trainer.evaluate(jobs[0].start))


def _seconds(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


class _FinishedWork:
    """A sink that counts finished local trainings per device."""

    def __init__(self) -> None:
        self._finished: dict[str, int] = {}

    def __call__(self, line: Line) -> None:
        if line["type"] == "compute_ended" and line["finished"]:
            self._finished[line["device"]] = self._finished.get(line["device"], 0) + 1

    def flops(self, scenario: Scenario) -> float:
        """Operations of all of them."""
        workload = build_workload(scenario.learning, Streams(scenario.seed), scenario.topology.device_names())
        return sum(count * workload.flops(device) for device, count in self._finished.items())
