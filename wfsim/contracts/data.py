"""What every data set promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.learning.data import Data, Dataset, Images, Texts


def check_inputs_have_the_promised_form(data: Data) -> None:
    """Grey or RGB images in 0..255 of one size, or texts; the brightest training pixel is 255."""
    dataset = data.load()
    if dataset.task == "text":
        words = (*dataset.train_inputs, *dataset.test_inputs)
        require(all(isinstance(text, str) for text in words), "an input is no text")
        return
    for name, images in (("training", dataset.train_inputs), ("test", dataset.test_inputs)):
        require_equal(images.dtype, np.dtype(np.uint8), f"the type of {name} images")
        shaped = images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)
        require(shaped, f"{name} images have shape {images.shape}, not [n, height, width] or [n, height, width, 3]")
    require_equal(dataset.train_inputs.shape[1:], dataset.test_inputs.shape[1:], "the size of training images")
    require_equal(int(dataset.train_inputs.max()), 255, "the brightest training pixel")


def check_every_class_is_in_both_sets(data: Data) -> None:
    """Labels int64, one per input, 0..classes-1."""
    dataset = data.load()
    for name, inputs, labels in _sets(dataset):
        require_equal(labels.dtype, np.dtype(np.int64), f"the type of {name} labels")
        require_equal(labels.shape, (len(inputs),), f"the shape of {name} labels")
        require_equal(set(labels.tolist()), set(range(dataset.classes)), f"the set of {name} labels")


def check_the_test_set_is_stratified(data: Data) -> None:
    """Every class has its share of the test set to within one example."""
    dataset = data.load()
    train, test = np.bincount(dataset.train_labels), np.bincount(dataset.test_labels)
    fair = (train + test) * len(dataset.test_labels) / (train.sum() + test.sum())
    apart = np.abs(test - fair)
    require((apart < 1 + 1e-9).all(), f"class {apart.argmax()} is {apart.max():.2f} test examples off its share")


def check_loading_twice_gives_equal_data_that_one_reader_cannot_spoil_for_another(data: Data) -> None:
    """A cache hands out copies."""
    first, again = data.load(), data.load()
    require(_same(first.train_inputs, again.train_inputs), "loading twice gives different inputs")
    first.train_labels[:] = 0
    if first.task == "image":
        first.train_inputs[:] = 0
    third = data.load()
    untouched = _same(third.train_inputs, again.train_inputs) and _same(third.train_labels, again.train_labels)
    require(untouched, "what one reader writes into its arrays shows in another's")


def check_the_digest_is_a_sha256(data: Data) -> None:
    """The run id rests on it."""
    digest = data.load().digest
    require_equal(len(bytes.fromhex(digest)), 32, f"the number of bytes of the digest {digest}")


def _sets(dataset: Dataset) -> tuple[tuple[str, Images | Texts, np.ndarray], ...]:
    return (
        ("training", dataset.train_inputs, dataset.train_labels),
        ("test", dataset.test_inputs, dataset.test_labels),
    )


def _same(one: Images | Texts, other: Images | Texts) -> bool:
    return one == other if isinstance(one, tuple) else np.array_equal(one, other)
