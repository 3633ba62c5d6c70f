"""A short real training that measures what a plan would otherwise assume."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wfsim import trace
from wfsim.errors import UsageError
from wfsim.learning.peft_format import read_peft
from wfsim.learning.settings import require_trainable
from wfsim.learning.workload import build_workload
from wfsim.planning.energies import measured_energies
from wfsim.planning.mean_round import at_rank
from wfsim.planning.stage_one import Learned
from wfsim.results.directory import Run
from wfsim.rng import Streams
from wfsim.scenario.schema import Scenario
from wfsim.simulate import default_directory, run


def pilot_scenario(scenario: Scenario, ranks: Sequence[int], rounds: int) -> Scenario:
    """`rounds` rounds of the scenario with training, at the largest of `ranks`, that measure their updates.

    Raises UsageError for a scenario in which nothing can be trained.
    """
    try:
        require_trainable(scenario.learning)
    except ValueError as error:
        raise UsageError(f"--pilot trains: {error}") from None
    wide = at_rank(scenario, max(ranks))
    evaluate = wide.learning.evaluate.model_copy(update={"every_rounds": rounds})
    return wide.model_copy(
        update={
            "name": f"{scenario.name[:58]}-pilot",
            "stop": scenario.stop.model_copy(update={"rounds": rounds, "time_s": None, "target_accuracy": None}),
            "learning": wide.learning.model_copy(update={"kind": "lora", "evaluate": evaluate}),
            "trace": scenario.trace.model_copy(update={"updates": True}),
        }
    )


def pilot(scenario: Scenario, out: Path | None = None, sinks: Sequence[trace.Sink] = ()) -> Learned:
    """Run a pilot's scenario in a directory and measure it; one that is there already is read, not run again.

    Energies are those of the final adapter's products, so none lies beyond the pilot's rank. The covariance is the mean
    of the rounds' squared norms over the final energy. Imports torch where something is left to train.
    """
    done = run(scenario, out if out is not None else default_directory(scenario), sinks=sinks)
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    shapes = build_workload(scenario.learning, streams, devices).shapes
    energies, energy = measured_energies(read_peft(done.path / "adapter", shapes))
    covariance = _mean_square_norm(done) / (energy * scenario.learning.adapter.scale**2)
    rounds = scenario.stop.rounds
    source = f"measured in {rounds} rounds at rank {shapes.rank}: {done.path}"
    return Learned(energies=energies, covariance=covariance, source=source)


def _mean_square_norm(done: Run) -> float:
    norms = [line["covariance_norm"] for line in done.journal() if line["type"] == trace.ModelUpdated.name]
    return float(np.mean(np.square(norms))) if norms else 0.0
