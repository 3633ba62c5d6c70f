"""Telling others who has how much of the band, as those must know who suffer from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.transfer import Transfer

Shares = Mapping[str, tuple[NDArray[np.int64], float]]
OnShares = Callable[[Shares], None]


class ShareNews:
    """Says {transfer: (links, share in Hz)} where that differs from what was said before, so that cells that answer
    each other come to rest; {} after the last transfer."""

    def __init__(self) -> None:
        self._said_hz: dict[str, float] = {}

    def tell(
        self, on_shares: OnShares | None, transfers: Sequence[Transfer] = (), shares_hz: Sequence[float] = ()
    ) -> None:
        """The band is now divided so; nobody is told where nobody listens."""
        if on_shares is None:
            return
        now_hz = {t.name: float(share) for t, share in zip(transfers, shares_hz, strict=True)}
        if now_hz != self._said_hz:
            self._said_hz = now_hz
            on_shares({t.name: (t.links, now_hz[t.name]) for t in transfers})
