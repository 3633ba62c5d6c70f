from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.adapter import AdapterSettings, adapter_shapes, initial_adapter
from wfsim.learning.families import read_encoder
from wfsim.learning.images import prepare_images
from wfsim.learning.models import Model
from wfsim.learning.optimizer import Optimizer
from wfsim.learning.train import TrainingJob, evaluate, train_chunk
from wfsim.learning.vit_weights import load_frozen_vit
from wfsim.messages import Adapter
from wfsim.rng import Streams

torch = pytest.importorskip("torch")
SETTINGS, BATCH = AdapterSettings(rank=2), 8


@pytest.fixture(scope="module")
def task():
    base = load_frozen_vit(Model.parse("tiny_vit").directory())
    generator = np.random.default_rng(2)
    labels = generator.integers(0, 4, 64)
    pixels = generator.integers(0, 60, (64, 28, 28), dtype=np.uint8)
    for index, label in enumerate(labels):
        pixels[index, 7 * label : 7 * label + 7] += 180
    return (
        base,
        prepare_images(base, pixels),
        labels,
        adapter_shapes(SETTINGS, read_encoder(Model.parse("tiny_vit").directory(), classes=4)),
    )


def train(task, jobs, batch_size=BATCH):
    base, images, labels, shapes = task
    return train_chunk(
        base,
        images,
        labels,
        jobs,
        shapes=shapes,
        scale=SETTINGS.scale,
        batch_size=batch_size,
        optimizer=Optimizer.parse({"kind": "adamw", "lr": 0.01}),
    )


def job(task, *batches):
    start = initial_adapter(task[3], Streams(1))
    return TrainingJob(start=start, batches=tuple(np.asarray(batch) for batch in batches))


def losses(task, adapter, batch_size=32):
    base, images, labels, shapes = task
    return evaluate(base, images, labels, adapter, shapes=shapes, scale=SETTINGS.scale, batch_size=batch_size)


def test_training_learns(task):
    work = job(task, *np.random.default_rng(0).permutation(64).reshape(8, 8).tolist() * 5)
    after = Adapter.from_vector(task[3], work.start.vector() + train(task, [work])[0].delta.vector())
    before_loss, _ = losses(task, work.start)
    loss, correct = losses(task, after)
    assert loss.mean() < 0.5 * before_loss.mean() and correct.mean() > 0.9


def test_the_delta_of_no_steps_is_zero_and_neighbours_go_on(task):
    idle, busy = train(task, [job(task), job(task, range(8), range(8, 16))])
    assert not idle.delta.vector().any() and np.isnan(idle.loss)
    alone = train(task, [job(task, range(8), range(8, 16))])[0]
    assert np.array_equal(busy.delta.vector(), alone.delta.vector()) and busy.loss == alone.loss
    assert busy.delta.vector().dtype == np.float32 and busy.delta.vector().any()


def test_padding_weighs_nothing(task):
    small, large = (train(task, [job(task, range(5), range(6))], size)[0].delta.vector() for size in (6, 16))
    assert np.abs(small - large).max() < 1e-4
    assert np.abs(small).max() > 1e-3


@pytest.mark.parametrize("batch", [[], range(BATCH + 1)], ids=["empty", "too large"])
def test_refuses_a_minibatch_of_another_size(task, batch):
    with pytest.raises(ValueError, match="needs 1 to 8"):
        train(task, [job(task, np.asarray(batch, np.int64))])


def test_evaluation_does_not_depend_on_its_batches(task):
    start = initial_adapter(task[3], Streams(1))
    one, other = losses(task, start, 64), losses(task, start, 10)
    assert np.abs(one[0] - other[0]).max() < 1e-5 and one[0].shape == (64,) and one[1].dtype == np.bool_
