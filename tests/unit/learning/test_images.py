from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.images import prepare_images
from wfsim.learning.models import Model
from wfsim.learning.vit_weights import load_frozen_vit

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def base():
    return load_frozen_vit(Model.parse("tiny_vit").directory(), "float64")


def pixels(count, size=28):
    return np.random.default_rng(1).integers(0, 256, (count, size, size), dtype=np.uint8)


def test_is_the_embedding_of_transformers(base):
    transformers = pytest.importorskip("transformers")
    model = transformers.ViTForImageClassification.from_pretrained(Model.parse("tiny_vit").directory()).double()
    scaled = ((torch.from_numpy(pixels(3)).double() / 255 - 0.5) / 0.5).unsqueeze(1)
    with torch.no_grad():
        expected = model.vit.embeddings(scaled)
    assert (prepare_images(base, pixels(3)) - expected).abs().max() < 1e-12


def test_an_example_does_not_depend_on_its_neighbours():
    base = load_frozen_vit(Model.parse("tiny_vit").directory())
    images = pixels(150)
    together = prepare_images(base, images)
    assert torch.equal(prepare_images(base, images[70:71])[0], together[70])


@pytest.mark.parametrize("size", [8, 40])
def test_other_sizes_are_resized_and_a_flat_image_stays_flat(base, size):
    flat = np.full((1, size, size), 77, np.uint8)
    native = prepare_images(base, np.full((1, 28, 28), 77, np.uint8))
    assert (prepare_images(base, flat) - native).abs().max() < 1e-9


@pytest.mark.parametrize("images", [np.zeros((2, 28, 28)), np.zeros((28, 28), np.uint8)])
def test_refuses_other_arrays(base, images):
    with pytest.raises(ValueError, match="uint8"):
        prepare_images(base, images)
