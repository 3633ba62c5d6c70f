"""Images as a model's first layer sees them: scaled, resized, normalised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import ScenarioError
from wfsim.learning.config_file import read_json
from wfsim.learning.families import ImageInput

if TYPE_CHECKING:
    from torch import Tensor, dtype


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """x in 0..255 becomes (x / 255 - mean) / std per channel, at `size_px` x `size_px` (bilinear, antialiased)."""

    size_px: int
    mean: tuple[float, ...]
    std: tuple[float, ...]


def plain_preparation(form: ImageInput) -> Preparation:
    """Mean and standard deviation 0.5: pixels in -1..1."""
    return Preparation(size_px=form.size_px, mean=(0.5,) * form.channels, std=(0.5,) * form.channels)


def read_preparation(directory: Path, form: ImageInput) -> Preparation:
    """What `preprocessor_config.json` says of mean and std, else 0.5 and 0.5; the size is always the model's own.

    Raises ScenarioError for values that are no numbers, one for each channel.
    """
    path = directory / "preprocessor_config.json"
    if not path.is_file():
        return plain_preparation(form)
    values = read_json(path)
    if values.get("do_normalize") is False:
        return Preparation(size_px=form.size_px, mean=(0.0,) * form.channels, std=(1.0,) * form.channels)
    mean, std = (_channels(values, key, form.channels, str(path)) for key in ("image_mean", "image_std"))
    if min(std) <= 0.0:
        raise ScenarioError(f"is {list(std)}; needs numbers > 0", file=str(path), path="image_std")
    return Preparation(size_px=form.size_px, mean=mean, std=std)


def _channels(values: dict[str, Any], key: str, channels: int, file: str) -> tuple[float, ...]:
    given = values.get(key, 0.5)
    numbers = tuple(given) if isinstance(given, list) else (given,) * channels
    if len(numbers) != channels or not all(isinstance(number, int | float) for number in numbers):
        raise ScenarioError(f"is {given!r}; needs {channels} numbers", file=file, path=key)
    return tuple(map(float, numbers))


def pixel_values(preparation: Preparation, images: NDArray[np.uint8], precision: dtype) -> Tensor:
    """[n, channels, size, size] from grey [n, h, w], which is repeated over the channels, or RGB [n, h, w, 3]."""
    import torch

    size, channels = preparation.size_px, len(preparation.mean)
    pixels = torch.from_numpy(images).to(precision).div_(255)
    pixels = pixels.permute(0, 3, 1, 2) if images.ndim == 4 else pixels.unsqueeze(1).expand(-1, channels, -1, -1)
    mean, std = (torch.tensor(values, dtype=precision)[:, None, None] for values in (preparation.mean, preparation.std))
    pixels = (pixels - mean).div_(std)
    if pixels.shape[-2:] != (size, size):
        wide = pixels.float() if precision == torch.bfloat16 else pixels  # torch resizes no bfloat16
        pixels = torch.nn.functional.interpolate(wide, (size, size), mode="bilinear", antialias=True).to(precision)
    return pixels
