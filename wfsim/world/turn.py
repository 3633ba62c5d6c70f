"""One device's work from the start of its training until its update has been used, as learning sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.learning.engine import Ticket
from wfsim.messages import Adapter, Payload

Mask = NDArray[np.bool_]


@dataclass(kw_only=True, eq=False)
class Turn:
    """`keep` is the granted number of ranks (None: the codec's own), `held` says that nothing is sent, `arrived`
    [fragments] what came through once the upload is over. `values` and `payload` are worked out when they are needed:
    what was to be sent (what was learned and what was owed) and its bytes. `lost`: the server lost it again."""

    number: int
    device: str
    round: int
    base_version: int
    ticket: Ticket | None = None
    keep: int | None = None
    held: bool = False
    arrived: Mask | None = None
    values: Adapter | None = None
    payload: Payload | None = None
    lost: bool = False
    done: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Upload:
    """What one device's upload left at the server at `t_s`."""

    turn: Turn
    t_s: float
    arrived: Mask
    coverage: float

    @property
    def brought(self) -> bool:
        """Whether anything arrived."""
        return bool(np.count_nonzero(self.arrived))
