from __future__ import annotations

import json

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.families import ImageInput
from wfsim.learning.pixels import Preparation, pixel_values, plain_preparation, read_preparation

torch = pytest.importorskip("torch")
FORM = ImageInput(size_px=4, channels=3)
MEAN, STD = (0.1, 0.2, 0.3), (0.4, 0.5, 0.6)


def written(folder, **values):
    (folder / "preprocessor_config.json").write_text(json.dumps(values))
    return read_preparation(folder, FORM)


def test_half_and_half_unless_the_folder_says_otherwise(tmp_path) -> None:
    assert read_preparation(tmp_path, FORM) == plain_preparation(FORM)
    assert written(tmp_path, image_mean=list(MEAN), image_std=list(STD)) == Preparation(size_px=4, mean=MEAN, std=STD)
    assert written(tmp_path, image_mean=0.0, image_std=1) == written(tmp_path, do_normalize=False)


@pytest.mark.parametrize("values", [{"image_mean": [0.5]}, {"image_std": "x"}, {"image_std": [1, 1, 0]}])
def test_other_values_are_refused(tmp_path, values) -> None:
    with pytest.raises(ScenarioError, match=r"preprocessor_config.json: image_(mean|std): is .*; needs"):
        written(tmp_path, **values)


def test_colour_is_normalised_channel_by_channel() -> None:
    images = np.random.default_rng(1).integers(0, 256, (2, 4, 4, 3), dtype=np.uint8)
    found = pixel_values(Preparation(size_px=4, mean=MEAN, std=STD), images, torch.float64).numpy()
    expected = (images / 255 - np.array(MEAN)) / np.array(STD)
    assert np.abs(found - expected.transpose(0, 3, 1, 2)).max() < 1e-12


def test_grey_is_repeated_over_the_channels() -> None:
    grey = np.random.default_rng(1).integers(0, 256, (2, 6, 5), dtype=np.uint8)
    colour = np.repeat(grey[..., None], 3, axis=3)
    preparation = Preparation(size_px=4, mean=MEAN, std=STD)
    assert torch.equal(*(pixel_values(preparation, images, torch.float32) for images in (grey, colour)))


def test_bfloat16_is_resized_too() -> None:
    images = np.random.default_rng(1).integers(0, 256, (2, 6, 5), dtype=np.uint8)
    preparation = Preparation(size_px=4, mean=MEAN, std=STD)
    coarse, exact = (pixel_values(preparation, images, kind) for kind in (torch.bfloat16, torch.float32))
    assert coarse.dtype == torch.bfloat16 and (coarse.float() - exact).abs().max() < 0.03
