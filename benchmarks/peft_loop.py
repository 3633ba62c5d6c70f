"""The sequential loop that everybody writes: PEFT's layers, torch's AdamW, one device after the other.

Dropout is off, texts are padded to the longest of their batch, torch computes on as many threads as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import peft
import torch
import transformers

from wfsim.learning.engine import Job
from wfsim.learning.inputs import prepared
from wfsim.learning.workload import Workload

EVALUATION_BATCH = 64
Inputs = Callable[[np.ndarray], dict[str, torch.Tensor]]


class PeftLoop:
    """Trains the jobs of a workload and evaluates an adapter, given as a vector in the canonical order."""

    def __init__(self, workload: Workload) -> None:
        self.workload, settings = workload, workload.settings
        base = getattr(transformers, workload.encoder.model_class).from_pretrained(
            settings.model.directory(), num_labels=workload.dataset.classes, ignore_mismatched_sizes=True
        )
        config = peft.LoraConfig(
            r=settings.adapter.rank,
            lora_alpha=settings.adapter.alpha,
            target_modules=[pair.name for pair in workload.shapes.pairs],
            modules_to_save=[module.name for module in workload.encoder.head],
        )
        self.model = peft.get_peft_model(base, config).eval()
        named = {plain(name): value for name, value in self.model.named_parameters() if value.requires_grad}
        self.trained = [named[tensor.name] for tensor in workload.shapes.tensors]
        self.train_inputs = inputs_of(workload, workload.dataset.train_inputs)
        self.test_inputs = inputs_of(workload, workload.dataset.test_inputs)

    def train(self, jobs: Sequence[Job]) -> list[np.ndarray]:
        """What every job learned: trained minus start."""
        return [self._train(job) for job in jobs]

    def _train(self, job: Job) -> np.ndarray:
        self._fill(job.start.vector())
        local, labels = self.workload.settings.local.optimizer, self.workload.dataset.train_labels
        optimizer = torch.optim.AdamW(self.trained, lr=local.lr, weight_decay=local.weight_decay)
        for batch in job.batches:
            optimizer.zero_grad()
            logits = self.model(**self.train_inputs(batch)).logits
            torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels[batch])).backward()
            optimizer.step()
        return np.concatenate([value.detach().numpy().ravel() for value in self.trained]) - job.start.vector()

    def evaluate(self, vector: np.ndarray) -> np.ndarray:
        """Cross-entropy of every held-out example."""
        self._fill(vector)
        labels, losses = torch.from_numpy(self.workload.dataset.test_labels), []
        with torch.no_grad():
            for begin in range(0, len(labels), EVALUATION_BATCH):
                rows = np.arange(begin, min(begin + EVALUATION_BATCH, len(labels)))
                logits = self.model(**self.test_inputs(rows)).logits
                losses.append(torch.nn.functional.cross_entropy(logits, labels[rows], reduction="none"))
        return torch.cat(losses).numpy()

    def _fill(self, vector: np.ndarray) -> None:
        with torch.no_grad():
            for value, part in zip(self.trained, self.workload.shapes.split(vector), strict=True):
                value.copy_(torch.from_numpy(part).view_as(value))


def inputs_of(workload: Workload, examples) -> Inputs:
    """The model's arguments for some examples: whole images, or texts padded to the longest of the batch."""
    taken = prepared(workload.settings.model.directory(), workload.encoder, examples, torch.float32)
    if workload.encoder.task == "image":
        pixels = taken.take(np.arange(len(examples)))["pixel_values"]
        return lambda batch: {"pixel_values": pixels[batch]}
    every = taken.take(np.arange(len(examples)))

    def padded(batch: np.ndarray) -> dict[str, torch.Tensor]:
        longest = int(every["attention_mask"][batch].sum(1).max())
        return {name: values[batch, :longest] for name, values in every.items()}

    return padded


def plain(name: str) -> str:
    """`x.lora_A` of `base_model.model.x.lora_A.default.weight`."""
    name = name.removeprefix("base_model.model.").replace(".modules_to_save.default.", ".")
    return name.removesuffix(".default.weight") if ".lora_" in name else name
