"""Links that something stands in the way of, now and then."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.fading import Fading, FadingPaths
from wfsim.radio.fading._paths import TILE_BLOCKS, Gains, gains_at, tiles
from wfsim.radio.fading.rayleigh import Rayleigh
from wfsim.rng import Streams
from wfsim.switching import Switching
from wfsim.units import db_to_linear

_CACHED_TILES = 16_384


class Blockage(Fading, kind="blockage"):
    """Each link is clear or blocked, and while blocked its power gain is `loss_db` lower than the inner fading's.

    An alternating renewal process with exponential sojourns, stationary from the start, independent per link: the
    continuous form of the two-state burst channel (Gilbert 1960). A coherence block has the state of its start, so it
    is valid for sojourns of many blocks. With stale channel knowledge its onset loses every packet for `csi_age_s`.
    The mean gain is below 1: path loss and shadowing are those of the clear link.
    """

    inner: Fading = Field(Rayleigh(), description="fading of the clear link, whose coherence blocks these are")
    mean_clear_s: float = Field(10.0, ge=1e-3, description="mean length of a clear period, s")
    mean_blocked_s: float = Field(1.0, ge=1e-3, description="mean length of a blocked period, s")
    loss_db: float = Field(20.0, gt=0.0, le=100.0, description="loss while blocked, dB")
    coherence_s: float = Field(0.05, gt=0.0, description="length of a block where the inner fading has none, s")

    def realise(self, streams: Streams, links: Sequence[str]) -> FadingPaths:
        return _BlockedPaths(self, streams, tuple(links))

    def mean_gain(self) -> float:
        blocked = self.mean_blocked_s / (self.mean_blocked_s + self.mean_clear_s)
        return self.inner.mean_gain() * (1.0 - blocked * (1.0 - float(db_to_linear(-self.loss_db))))


class _BlockedPaths:
    """The inner gains times what the blockage leaves of them."""

    def __init__(self, part: Blockage, streams: Streams, links: tuple[str, ...]) -> None:
        self._inner = part.inner.realise(streams, links)
        self._links = links
        self.coherence_s = self._inner.coherence_s or part.coherence_s
        self._left = float(db_to_linear(-part.loss_db))
        address = [partial(streams.generator, "blockage", link) for link in links]
        self._sources = [Switching(part.mean_blocked_s, part.mean_clear_s, each) for each in address]
        self._tile = lru_cache(max(_CACHED_TILES, 4 * len(links)))(self._draw_tile)

    def block_gains(self, link_indices: NDArray[np.int64], first_block: int, count: int) -> Gains:
        """Gains, shape [n, count]."""
        gains = self._inner.block_gains(link_indices, first_block, count)
        for tile, inside, outside in tiles(first_block, count):
            for row, link in enumerate(np.asarray(link_indices).tolist()):
                gains[row, outside] *= self._tile(link, tile)[inside]
        return gains

    def gain(self, t_s: Gains) -> Gains:
        """Gains, shape [links, m]."""
        return gains_at(self, self.coherence_s, len(self._links), t_s)

    def _draw_tile(self, link: int, tile: int) -> Gains:
        starts_s = np.arange(tile * TILE_BLOCKS, (tile + 1) * TILE_BLOCKS) * self.coherence_s
        return np.where(self._sources[link].states(starts_s), self._left, 1.0)
