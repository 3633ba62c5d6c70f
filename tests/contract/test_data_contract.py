"""What every data set promises."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.data import Data
from wfsim.part import describe_value


@pytest.fixture(params=sorted(Data.kinds))
def data(request):
    """One part of every kind: required fields take the first of their examples."""
    kind = Data.kinds[request.param]
    fields = {name: field.examples[0] for name, field in kind.model_fields.items() if field.is_required()}
    return Data.parse({"kind": request.param, **fields})


def test_yaml_form_round_trips(data):
    assert Data.parse(describe_value(data)) == data


def test_images_and_labels_have_the_promised_form(data):
    dataset = data.load()
    for images, labels in ((dataset.train_images, dataset.train_labels), (dataset.test_images, dataset.test_labels)):
        assert images.dtype == np.uint8
        assert images.ndim == 3
        assert labels.dtype == np.int64
        assert labels.shape == images.shape[:1]
        assert set(labels.tolist()) == set(range(dataset.classes))
    assert dataset.train_images.shape[1:] == dataset.test_images.shape[1:]
    assert dataset.train_images.max() == 255


def test_the_test_set_is_stratified(data):
    dataset = data.load()
    train, test = np.bincount(dataset.train_labels), np.bincount(dataset.test_labels)
    fair = (train + test) * len(dataset.test_labels) / (train.sum() + test.sum())
    assert (np.abs(test - fair) < 1 + 1e-9).all()


def test_loading_twice_gives_equal_data_that_one_reader_cannot_spoil_for_another(data):
    first, again = data.load(), data.load()
    assert np.array_equal(first.train_images, again.train_images)
    first.train_images[:] = 0
    first.train_labels[:] = 0
    third = data.load()
    assert np.array_equal(third.train_images, again.train_images)
    assert np.array_equal(third.train_labels, again.train_labels)


def test_the_digest_is_a_sha256(data):
    assert len(bytes.fromhex(data.load().digest)) == 32
