"""Images as the encoder's first layer sees them: the frozen prefix of the network, computed once per example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.math_threads import one_math_thread
from wfsim.learning.vit_weights import FrozenVit

if TYPE_CHECKING:
    from torch import Tensor

_BLOCK = 64


@one_math_thread()
def prepare_images(base: FrozenVit, images: NDArray[np.uint8]) -> Tensor:
    """Embedded images [N, tokens, hidden] from grey images [N, h, w] in 0..255.

    Pixels x become (x/255 - 0.5)/0.5, other sizes are resized (bilinear, antialiased), grey is repeated over the
    channels; then patch embedding, class token and positions, all frozen, so this is exact and done once.
    Computed in zero-padded blocks of one size, so an example's values do not depend on its neighbours.
    """
    if images.dtype != np.uint8 or images.ndim != 3:
        raise ValueError(f"images must be uint8 [N, h, w], got {images.dtype} {list(images.shape)}")
    prepared = base.position.new_empty(len(images), base.config.tokens, base.config.hidden)
    for start in range(0, len(images), _BLOCK):
        part = images[start : start + _BLOCK]
        block = np.zeros((_BLOCK, *images.shape[1:]), np.uint8)
        block[: len(part)] = part
        prepared[start : start + _BLOCK] = _embed(base, _pixels(base, block))[: len(part)]
    return prepared


def _pixels(base: FrozenVit, images: NDArray[np.uint8]) -> Tensor:
    import torch

    size = base.config.image
    pixels = (torch.from_numpy(images).to(base.position.dtype) / 255 - 0.5).div_(0.5).unsqueeze(1)
    if pixels.shape[-2:] != (size, size):
        pixels = torch.nn.functional.interpolate(pixels, (size, size), mode="bilinear", antialias=True)
    return pixels.expand(-1, base.config.channels, -1, -1)


def _embed(base: FrozenVit, pixels: Tensor) -> Tensor:
    patch = base.config.patch
    patches = pixels.unfold(2, patch, patch).unfold(3, patch, patch).permute(0, 2, 3, 1, 4, 5)
    flat = patches.reshape(len(pixels), base.config.patches, base.config.patch_values)
    tokens = base.position.expand(len(pixels), -1, -1).clone()
    tokens[:, 0] += base.class_token
    tokens[:, 1:] += flat @ base.patch_weight.T + base.patch_bias
    return tokens
