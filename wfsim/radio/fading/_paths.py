"""Fading as a function of time: block arithmetic, and addressed gains that any query order finds the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from wfsim.intervals import interval_of
from wfsim.rng import Streams

Gains = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Gains]
TileOf = Callable[[int, int], Gains]
Tile = TypeVar("Tile")

TILE_BLOCKS = 64
_CACHED_TILES = 512
_CACHED_TILES_PER_LINK = 2


class FadingPaths(Protocol):
    """Power gains (linear) of links over all time."""

    @property
    def coherence_s(self) -> float | None:
        """Length of the blocks [k T, (k+1) T) in which gains are constant, s; None when they never change."""
        ...

    def block_gains(self, link_indices: NDArray[np.int64], first_block: int, count: int) -> Gains:
        """Gains [n, count] of n links in blocks `first_block` ... `first_block + count - 1`, negative ones included."""
        ...

    def gain(self, t_s: Gains) -> Gains:
        """Gains [links, m] of all links at m times in s."""
        ...


class ConstantPaths:
    """Gain 1 at all times."""

    coherence_s = None

    def __init__(self, links: Sequence[str]) -> None:
        self._links = len(links)

    def block_gains(self, link_indices: NDArray[np.int64], first_block: int, count: int) -> Gains:
        """Ones, shape [n, count]."""
        return np.ones((len(link_indices), count))

    def gain(self, t_s: Gains) -> Gains:
        """Ones, shape [links, m]."""
        return np.ones((self._links, len(t_s)))


class BlockPaths:
    """Independent gains per link and block, drawn in tiles of 64 blocks addressed by (link name, tile).

    Tiles are cached; a forgotten tile is drawn again with the same values. `draw(generator, count)`: unit-mean gains.
    """

    def __init__(self, streams: Streams, links: Sequence[str], coherence_s: float, draw: Draw) -> None:
        self.coherence_s = coherence_s
        self._streams, self._links, self._draw = streams, tuple(links), draw
        self._tile = cached_tiles(self._draw_tile, len(links))

    def block_gains(self, link_indices: NDArray[np.int64], first_block: int, count: int) -> Gains:
        """Gains, shape [n, count]."""
        return from_tiles(self._tile, link_indices, first_block, count)

    def gain(self, t_s: Gains) -> Gains:
        """Gains, shape [links, m]."""
        return gains_at(self, self.coherence_s, len(self._links), t_s)

    def _draw_tile(self, link: int, tile: int) -> Gains:
        return self._draw(self._streams.passing("fading", self._links[link], tile), TILE_BLOCKS)


def tiles(first_block: int, count: int) -> Iterator[tuple[int, slice, slice]]:
    """Each tile under the blocks, with the place of those blocks inside the tile and in the answer."""
    end = first_block + count
    for tile in range(first_block // TILE_BLOCKS, -(-end // TILE_BLOCKS)):
        start = tile * TILE_BLOCKS
        low, high = max(first_block, start), min(end, start + TILE_BLOCKS)
        yield tile, slice(low - start, high - start), slice(low - first_block, high - first_block)


def from_tiles(tile_of: TileOf, link_indices: NDArray[np.int64], first_block: int, count: int) -> Gains:
    """Gains [n, count] put together from `tile_of(link, tile)`, each of 64 blocks."""
    links = np.asarray(link_indices, dtype=np.int64).tolist()
    gains = np.empty((len(links), count))
    for tile, inside, outside in tiles(first_block, count):
        for row, link in enumerate(links):
            gains[row, outside] = tile_of(link, tile)[inside]
    return gains


def cached_tiles(draw_tile: Callable[[int, int], Tile], links: int) -> Callable[[int, int], Tile]:
    """The same tiles, the latest of them remembered; a forgotten one is worked out again with the same values."""
    return lru_cache(max(_CACHED_TILES, _CACHED_TILES_PER_LINK * links))(draw_tile)


def gains_at(paths: FadingPaths, coherence_s: float, links: int, t_s: Gains) -> Gains:
    """Gains [links, m] of the blocks that m times in s lie in."""
    blocks, position = np.unique([interval_of(t, coherence_s) for t in t_s], return_inverse=True)
    everyone = np.arange(links)
    gains = [paths.block_gains(everyone, int(block), 1) for block in blocks]
    return np.hstack([np.empty((links, 0)), *gains])[:, position]
