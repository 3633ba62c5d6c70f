"""Fading of links whose ends move: the large-scale gain changes under it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.fading._paths import TILE_BLOCKS, FadingPaths, Gains, cached_tiles, from_tiles, gains_at
from wfsim.units import db_to_linear


class MovingPaths:
    """The inner gains times 10^(change / 10), the change of the large-scale gain since t = 0 at each block's start.

    `change_db(link, t_s)` in dB at times [m]. Blocks are those of the inner fading, else of `update_s`. Valid while a
    device moves little within a block.
    """

    def __init__(
        self, inner: FadingPaths, links: int, update_s: float, change_db: Callable[[int, Gains], Gains]
    ) -> None:
        self.coherence_s = inner.coherence_s or update_s
        self._inner, self._links, self._change_db = inner, links, change_db
        self._tile = cached_tiles(self._change, links)

    def block_gains(self, link_indices: NDArray[np.int64], first_block: int, count: int) -> Gains:
        """Gains, shape [n, count]."""
        changes = from_tiles(self._tile, link_indices, first_block, count)
        return self._inner.block_gains(link_indices, first_block, count) * changes

    def gain(self, t_s: Gains) -> Gains:
        """Gains, shape [links, m]."""
        return gains_at(self, self.coherence_s, self._links, t_s)

    def _change(self, link: int, tile: int) -> Gains:
        starts_s = np.arange(tile * TILE_BLOCKS, (tile + 1) * TILE_BLOCKS) * self.coherence_s
        return db_to_linear(self._change_db(link, starts_s))
