"""What computes: a frozen base in memory that trains chunks of jobs and tries adapters out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from wfsim.learning.trained import Trained
from wfsim.messages import Adapter

if TYPE_CHECKING:
    from wfsim.learning.base import Base
    from wfsim.learning.engine import Job
    from wfsim.learning.workload import Workload


class Trainer(Protocol):
    """One way to compute training; every method may run in several threads at once."""

    def train(self, jobs: Sequence[Job]) -> list[Trained]:
        """What every job of a chunk learned, in order; depends on the jobs alone and their bases (learning/base.py)."""
        ...

    def evaluate(self, adapter: Adapter, base: Base | None = None) -> tuple[NDArray[Any], ...]:
        """Cross-entropy in nats and correctness of every held-out example, each [N], on this base (None: W0).

        Of a language model: means over an example's tokens, and as a third array how many it predicts, its weight.
        """
        ...


def make_trainer(workload: Workload, workers: int = 1) -> Trainer:
    """The trainer for a workload's model, its base and examples loaded. Raises ScenarioError for unreadable files."""
    from wfsim.learning.peft_trainer import PeftTrainer
    from wfsim.learning.stacked_trainer import StackedVitTrainer, can_stack
    from wfsim.learning.text_trainer import PackedTextTrainer, can_train_packed

    engine = workload.settings.engine
    if engine.device != "cpu" or engine.precision == "bfloat16":
        return PeftTrainer(workload)
    if can_train_packed(workload):
        return PackedTextTrainer(workload, workers)
    return StackedVitTrainer(workload, workers) if can_stack(workload) else PeftTrainer(workload)
