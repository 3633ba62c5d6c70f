"""What computes: a frozen base in memory that trains chunks of jobs and tries adapters out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.trained import Trained
from wfsim.messages import Adapter

if TYPE_CHECKING:
    from wfsim.learning.engine import Job
    from wfsim.learning.workload import Workload


class Trainer(Protocol):
    """One way to compute training; every method may run in several threads at once."""

    def train(self, jobs: Sequence[Job]) -> list[Trained]:
        """What every job of a chunk learned, in order; depends on the jobs alone."""
        ...

    def evaluate(self, adapter: Adapter) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Cross-entropy in nats and correctness of every held-out example, each [N]."""
        ...


def make_trainer(workload: Workload) -> Trainer:
    """The trainer for a workload's model, its base and examples loaded. Raises ScenarioError for unreadable files."""
    from wfsim.learning.peft_trainer import PeftTrainer
    from wfsim.learning.stacked_trainer import StackedVitTrainer, can_stack

    return StackedVitTrainer(workload) if can_stack(workload) else PeftTrainer(workload)
