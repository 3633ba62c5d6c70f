"""The `learning` section of a scenario."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from wfsim.learning.adapter import AdapterSettings
from wfsim.learning.attack import Attack
from wfsim.learning.attack.none import NoAttack
from wfsim.learning.data import Data
from wfsim.learning.data.mnist5k import Mnist5k
from wfsim.learning.local import LocalTraining
from wfsim.learning.models import Model
from wfsim.learning.models.tiny_vit import TinyVit
from wfsim.learning.partition import Partition
from wfsim.learning.partition.dirichlet import Dirichlet
from wfsim.learning.spectrum import AssumedSpectrum
from wfsim.part import Section


class Evaluation(Section):
    """When the global adapter is tried on held-out data; the last round always is."""

    every_rounds: int = Field(1, ge=1, description="rounds between evaluations")


class EngineSettings(Section):
    """How training is computed on this machine. Batching changes no result; the precision does, by rounding."""

    chunk_jobs: int = Field(5, ge=1, le=256, description="training jobs stacked into one chunk")
    chunk_workers: int | None = Field(None, ge=1, le=256, description="chunks computed at once; one per core if null")
    precision: Literal["float32", "float64", "bfloat16"] = Field(
        "float32",
        description="arithmetic of training; bfloat16 halves the base's memory: base and activations have 16 bits, the "
        "adapter, its gradients and the optimiser's state 32 (quickstart, first rounds: accuracy within 0.4 points)",
    )
    device: Literal["cpu", "cuda"] = Field(
        "cpu", description="what computes; cuda: PEFT's own layers, repeatable as far as its kernels are"
    )
    reference: bool = Field(False, description="compute every model with PEFT's own layers: slower, for comparison")
    buckets: bool = Field(True, description="texts of one length together, without padding (BERT family)")
    prefix_cache_bytes: int = Field(
        512 * 2**20, ge=0, description="memory for what the layers below all LoRA make of texts, bytes (BERT family)"
    )


class Learning(Section):
    """What is trained, on what, and by whom. `kind: none` runs the same federation without training anything."""

    kind: Literal["lora", "none"] = Field("lora", description="lora trains; none is timing only, sizes as if trained")
    model: Model = Field(TinyVit(), description="frozen base")
    data: Data = Field(Mnist5k(), description="examples")
    partition: Partition = Field(Dirichlet(), description="who holds which examples")
    adapter: AdapterSettings = Field(AdapterSettings(), description="what is trained")
    local: LocalTraining = Field(LocalTraining(), description="work of one device in one round")
    attack: Attack = Field(NoAttack(), description="what false devices send in place of what they learned")
    assumed_spectrum: AssumedSpectrum = Field(
        AssumedSpectrum(), description="stands in for what is learned, in plans and where nothing is trained"
    )
    evaluate: Evaluation = Field(Evaluation(), description="evaluation on held-out data")
    engine: EngineSettings = Field(EngineSettings(), description="batching of training on this machine")

    @model_validator(mode="after")
    def _there_is_something_to_train(self) -> Learning:
        if self.kind == "lora":
            require_trainable(self)
        if self.adapter.method == "full" and self.model.weight_format not in ("fp32", "bf16"):
            form = self.model.weight_format
            raise ValueError(f"adapter.method full trains model.weights, which are {form}: give bf16")
        return self


def require_trainable(settings: Learning) -> None:
    """Raises ValueError for a model without weights and for data without examples."""
    if settings.model.timing_only:
        raise ValueError(f"model {settings.model.kind} has no weights to train; give learning.kind none")
    if settings.data.timing_only:
        raise ValueError(f"data {settings.data.kind} holds no examples to train on; give learning.kind none")
