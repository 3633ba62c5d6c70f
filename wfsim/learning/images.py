"""Images as the encoder's first layer sees them: the frozen prefix of the network, computed once per example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.families import ImageInput
from wfsim.learning.math_threads import one_math_thread
from wfsim.learning.pixels import Preparation, pixel_values, plain_preparation
from wfsim.learning.vit_weights import FrozenVit

if TYPE_CHECKING:
    from torch import Tensor

_BLOCK = 64


@one_math_thread()
def prepare_images(base: FrozenVit, images: NDArray[np.uint8], preparation: Preparation | None = None) -> Tensor:
    """Embedded images [N, tokens, hidden] from grey [N, h, w] or RGB [N, h, w, 3] images in 0..255.

    `preparation` (mean and std 0.5 if None), then patch embedding, class token and positions, all frozen, so this is
    exact and done once. Computed in zero-padded blocks of one size, so an example ignores its neighbours.
    """
    if images.dtype != np.uint8 or images.ndim not in (3, 4):
        raise ValueError(f"images must be uint8 [N, h, w] or [N, h, w, 3], got {images.dtype} {list(images.shape)}")
    form = ImageInput(size_px=base.config.image, channels=base.config.channels)
    preparation = preparation or plain_preparation(form)
    prepared = base.position.new_empty(len(images), base.config.tokens, base.config.hidden)
    for start in range(0, len(images), _BLOCK):
        part = images[start : start + _BLOCK]
        block = np.zeros((_BLOCK, *images.shape[1:]), np.uint8)
        block[: len(part)] = part
        prepared[start : start + _BLOCK] = _embed(base, pixel_values(preparation, block, base.position.dtype))[
            : len(part)
        ]
    return prepared


def _embed(base: FrozenVit, pixels: Tensor) -> Tensor:
    patch = base.config.patch
    patches = pixels.unfold(2, patch, patch).unfold(3, patch, patch).permute(0, 2, 3, 1, 4, 5)
    flat = patches.reshape(len(pixels), base.config.patches, base.config.patch_values)
    tokens = base.position.expand(len(pixels), -1, -1).clone()
    tokens[:, 0] += base.class_token
    tokens[:, 1:] += flat @ base.patch_weight.T + base.patch_bias
    return tokens
