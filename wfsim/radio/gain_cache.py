"""The latest gains of a cell's links as one array, so that many links are looked up at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.fading import FadingPaths

_SPAN_BLOCKS = 64


class GainCache:
    """What `paths` say of so many `links`, remembered for the latest `spans` spans of 64 blocks of those asked for."""

    def __init__(self, paths: FadingPaths, links: int, spans: int) -> None:
        self._paths, self._links, self._most = paths, links, spans
        self._spans: dict[int, NDArray[np.float64]] = {}

    def gains(self, links: NDArray[np.int64], first: int, count: int) -> NDArray[np.float64]:
        """Gains [n, count] of n links in blocks `first` ... `first + count - 1`."""
        if count == 1:
            return self.block_gains(links, first)[:, None]
        inside = first % _SPAN_BLOCKS
        if inside + count > _SPAN_BLOCKS:
            return self._paths.block_gains(links, first, count)
        self.block_gains(links, first)
        known = self._spans[first // _SPAN_BLOCKS][inside : inside + count]
        return np.ascontiguousarray(known.take(links, axis=1).T)

    def block_gains(self, links: NDArray[np.int64], block: int) -> NDArray[np.float64]:
        """Gains [n] of n links in one block."""
        span, inside = divmod(block, _SPAN_BLOCKS)
        known = self._spans.get(span)
        gains = None if known is None else known[inside].take(links)
        if gains is None or np.isnan(gains[gains.argmin()]):  # the least of numbers among which is a NaN is the NaN
            known = self._drawn(span, links)
            gains = known[inside].take(links)
        return gains

    def _drawn(self, span: int, links: NDArray[np.int64]) -> NDArray[np.float64]:
        """The span's gains [64, all links], NaN for those of links that nobody has asked for yet."""
        known = self._spans.get(span)
        if known is None:
            known = self._spans[span] = np.full((_SPAN_BLOCKS, self._links), np.nan)
            self._forget()
        new = links[np.isnan(known[0].take(links))]
        known[:, new] = self._paths.block_gains(new, span * _SPAN_BLOCKS, _SPAN_BLOCKS).T
        return known

    def _forget(self) -> None:
        while len(self._spans) > self._most:
            del self._spans[next(iter(self._spans))]
