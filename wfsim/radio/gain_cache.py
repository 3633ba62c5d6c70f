"""The latest gains of a cell's links as one array, so that many links are looked up at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.fading import FadingPaths

_SPAN_BLOCKS = 64


class GainCache:
    """What `paths` say, remembered for the latest `spans` spans of 64 blocks of the links that were asked for."""

    def __init__(self, paths: FadingPaths, spans: int) -> None:
        self._paths, self._most = paths, spans
        self._spans: dict[int, NDArray[np.float64]] = {}

    def gains(self, links: NDArray[np.int64], first: int, count: int) -> NDArray[np.float64]:
        """Gains [n, count] of n links in blocks `first` ... `first + count - 1`."""
        span, inside = divmod(first, _SPAN_BLOCKS)
        if inside + count > _SPAN_BLOCKS:
            return self._paths.block_gains(links, first, count)
        known = self._known(span, int(links[links.argmax()]) + 1)
        first_gains = known[:, inside].take(links)
        if np.isnan(first_gains[first_gains.argmin()]):  # the least of numbers among which is a NaN is the NaN
            self._draw(known, links[np.isnan(first_gains)], span)
        elif count == 1:
            return first_gains[:, None]
        return known[links, inside : inside + count]

    def _known(self, span: int, links: int) -> NDArray[np.float64]:
        """The span's gains [links at least, 64], NaN for links not asked for yet."""
        known = self._spans.get(span)
        if known is None or len(known) < links:
            larger = np.full((max(links, 2 * len(known) if known is not None else 0), _SPAN_BLOCKS), np.nan)
            if known is not None:
                larger[: len(known)] = known
            known = self._spans[span] = larger
            self._forget()
        return known

    def _forget(self) -> None:
        while len(self._spans) > self._most:
            del self._spans[next(iter(self._spans))]

    def _draw(self, known: NDArray[np.float64], links: NDArray[np.int64], span: int) -> None:
        known[links] = self._paths.block_gains(links, span * _SPAN_BLOCKS, _SPAN_BLOCKS)
