"""What one round takes on a device and on the air, at mean channel statistics, at the scenario's own rank."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from wfsim.compress._numbers import ValueType
from wfsim.compress.dense import Dense
from wfsim.learning.memory import Memory, training_memory
from wfsim.planning.mean_round import MeanRound, mean_round
from wfsim.scenario.schema import Scenario
from wfsim.units import BITS_PER_BYTE


@dataclass(frozen=True, kw_only=True)
class RoundCost:
    """Of one device, unless a name says otherwise; seconds and operations of the slowest in the cohort.

    `dense_bytes`: the adapter's size by the number format of a `dense` codec, packet headers excluded; `upload_bytes`
    what the scenario's codec makes of it, headers included. `upload_s` and `round_s` are the whole cohort's.
    """

    rank: int
    adapter_entries: int
    dense_bytes: dict[str, int] = field(hash=False)
    upload_bytes: int
    memory: Memory
    steps: int
    flops_per_step: float
    download_s: float
    compute_s: float
    upload_s: float
    round_s: float


def round_cost(scenario: Scenario) -> RoundCost:
    """Of the scenario as it is. Raises ScenarioError as building the world does."""
    mean = mean_round(scenario)
    work, slowest = mean.workload, int(np.argmax(mean.compute_s))
    kept = work.shapes.rank
    return RoundCost(
        rank=work.shapes.rank,
        adapter_entries=work.shapes.entries,
        dense_bytes=_dense_bytes(mean),
        upload_bytes=round(mean.upload_bits(kept) / BITS_PER_BYTE),
        memory=training_memory(work.settings, work.encoder, work.shapes),
        steps=work.steps(mean.cohort[slowest]),
        flops_per_step=work.flops(mean.cohort[slowest], 1),
        download_s=float(mean.download_s.max()),
        compute_s=float(mean.compute_s[slowest]),
        upload_s=mean.upload_s(kept),
        round_s=mean.round_s(kept),
    )


def _dense_bytes(mean: MeanRound) -> dict[str, int]:
    room = mean.scenario.radio.packets.max_fragment_bytes
    plans = {form: Dense(values=form).plan(mean.workload.shapes, room) for form in get_args(ValueType)}
    return {form: plan.size_bits // BITS_PER_BYTE for form, plan in plans.items()}
