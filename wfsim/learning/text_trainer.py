"""The trainer for BERT-like encoders: texts packed without padding, frozen layers computed once, gradients by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.adapter import trains_base
from wfsim.learning.base import Base
from wfsim.learning.config_file import read_config
from wfsim.learning.data import Texts
from wfsim.learning.engine import Job
from wfsim.learning.families import TextInput
from wfsim.learning.local_steps import train_job
from wfsim.learning.math_threads import one_math_thread, side_by_side
from wfsim.learning.text_form import TextForm, text_form
from wfsim.learning.text_lora import FlatAdapter, Tuning
from wfsim.learning.text_model import backward, forward, logits, lowest_trained, merged_base, moved_base
from wfsim.learning.text_prefix import Prefix
from wfsim.learning.text_rows import Indices, Pack, can_pack, packed, texts_of
from wfsim.learning.text_weights import FrozenText, load_frozen_text
from wfsim.learning.tokens import Tokens, tokenise
from wfsim.learning.trained import Trained
from wfsim.learning.workload import Workload
from wfsim.messages import Adapter

if TYPE_CHECKING:
    from torch import Tensor

Scores = tuple[NDArray[np.float64], NDArray[np.bool_]]


def can_train_packed(workload: Workload) -> bool:
    """Whether the model is an encoder of the form that is computed here, under LoRA or with its head alone trained."""
    engine, encoder, dataset = workload.settings.engine, workload.encoder, workload.dataset
    if engine.reference or engine.precision not in ("float32", "float64"):
        return False
    form = _form(workload)
    if form is None or trains_base(workload.shapes, encoder):
        return False
    tokens = [_tokens(workload, texts) for texts in (dataset.train_inputs, dataset.test_inputs)]
    return all(map(can_pack, tokens)) and not (form.offset and any(_hold(form.offset - 1, part) for part in tokens))


class PackedTextTrainer:
    """Trains one job after the other, each as its own minibatches say; base and kept activations serve all threads."""

    def __init__(self, workload: Workload, workers: int = 1) -> None:
        settings, form = workload.settings, _form(workload)
        if form is None:
            raise ValueError(f"{workload.encoder.family} is not computed here")
        engine, directory = settings.engine, settings.model.directory()
        self._workload, self._settings, self._workers = workload, settings, workers
        self._base = load_frozen_text(directory, workload.encoder, form, engine.precision)
        self._depth = lowest_trained(self._base, self._flat().tuning)
        budget_bytes, dataset = engine.prefix_cache_bytes, workload.dataset
        self._train = self._prefix(dataset.train_inputs, budget_bytes)
        self._test = self._prefix(dataset.test_inputs, budget_bytes - self._train.budgeted_bytes)

    @property
    def kept_bytes(self) -> int:
        """Memory of what the frozen layers have made of texts so far."""
        return self._train.kept_bytes + self._test.kept_bytes

    def train(self, jobs: Sequence[Job]) -> list[Trained]:
        """What the jobs of one chunk learned."""
        import torch

        with one_math_thread(), torch.no_grad():
            return [self._trained(job) for job in jobs]

    def evaluate(self, adapter: Adapter, base: Base | None = None) -> Scores:
        """Losses and hits on the held-out examples, block by block, `workers` blocks at a time."""
        import torch

        flat = self._flat()
        flat.values[0] = torch.from_numpy(adapter.vector())
        with torch.no_grad():
            whole = merged_base(moved_base(self._base, base), flat.tuning)
        head, blocks = Tuning(dense=flat.tuning.dense), self._test.texts.blocks
        losses, correct = np.zeros(len(self._test.texts.ids)), np.zeros(len(self._test.texts.ids), np.bool_)
        scores = side_by_side(lambda number: self._scored(whole, head, number), range(len(blocks)), self._workers)
        for block, (loss, hit) in zip(blocks, scores, strict=True):
            losses[block], correct[block] = loss, hit
        return losses, correct

    def _scored(self, base: FrozenText, head: Tuning, number: int) -> Scores:
        import torch

        with torch.no_grad():
            texts = self._test.texts.blocks[number]
            pack = self._pack(self._test, texts)
            found = logits(base, self._test.block(number), pack, head, self._depth)
            target = torch.from_numpy(self._workload.dataset.test_labels[texts])
            losses = torch.nn.functional.cross_entropy(found, target, reduction="none")
            return losses.double().numpy(), (found.argmax(1) == target).numpy()

    def _trained(self, job: Job) -> Trained:
        flat, base = self._flat(), moved_base(self._base, job.base)
        local, shapes = self._settings.local, self._workload.shapes
        return train_job(flat, job, local, shapes, lambda batch: self._fill_gradients(base, flat, batch))

    def _fill_gradients(self, base: FrozenText, flat: FlatAdapter, batch: Indices) -> NDArray[np.float64]:
        """The gradient of the minibatch's mean cross-entropy; returns the cross-entropy of every text."""
        import torch

        texts = self._train.texts.ascending(batch)
        pack = self._pack(self._train, texts)
        labels = torch.from_numpy(self._workload.dataset.train_labels[texts])
        found, tape = forward(base, self._train.take(texts), pack, flat.tuning, self._depth)
        backward(base, _logit_gradient(found, labels), tape, flat.tuning)
        return torch.nn.functional.cross_entropy(found, labels, reduction="none").double().numpy()

    def _pack(self, prefix: Prefix, texts: Indices) -> Pack:
        lengths = prefix.texts.lengths[texts]
        return packed(lengths, buckets=self._settings.engine.buckets)

    def _prefix(self, texts: Texts, budget_bytes: int) -> Prefix:
        ragged, buckets = texts_of(_tokens(self._workload, texts)), self._settings.engine.buckets
        return Prefix(self._base, ragged, depth=self._depth, buckets=buckets, budget_bytes=budget_bytes)

    def _flat(self) -> FlatAdapter:
        settings = self._settings
        return FlatAdapter(self._workload.shapes, settings.adapter.scale, settings.engine.precision)


def _form(workload: Workload) -> TextForm | None:
    config, encoder = read_config(workload.settings.model.directory()), workload.encoder
    return text_form(encoder.family, config, encoder.pooling)


def _tokens(workload: Workload, texts: Texts) -> Tokens:
    form = workload.encoder.input
    assert isinstance(form, TextInput)
    return tokenise(workload.settings.model.directory(), tuple(map(str, texts)), form)


def _hold(padding: int, tokens: Tokens) -> bool:
    """Whether a text holds the padding token itself, which transformers does not count where it counts positions."""
    return bool(((tokens.ids == padding) & (tokens.mask == 1)).any())


def _logit_gradient(found: Tensor, labels: Tensor) -> Tensor:
    """Of the mean cross-entropy: (softmax - one-hot label) / texts."""
    gradient = found.softmax(dim=1)
    gradient[range(len(labels)), labels] -= 1.0
    return gradient.div_(len(labels))
