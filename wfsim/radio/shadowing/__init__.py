"""Slot `shadowing`: the slow, random deviation of a link from its mean path loss. A new file here is a new kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import RunError
from wfsim.part import Part, load_folder
from wfsim.rng import Streams

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Links(Sequence[str]):
    """Names of links to one station, and what a kind may know of each: all arrays are [links].

    `position_m` [links, 2] is where the device stands, `los` whether it sees the station; `std_db` and `correlation_m`
    are what the path loss model says of its shadowing. None where the model does not say.
    """

    names: tuple[str, ...]
    station: str
    position_m: Array
    los: NDArray[np.bool_] | None = None
    std_db: Array | None = None
    correlation_m: Array | None = None

    def __getitem__(self, index: Any) -> Any:
        return self.names[index]

    def __len__(self) -> int:
        return len(self.names)


class Shadowing(Part, slot="shadowing"):
    """Large-scale random loss, zero-mean in dB; it changes only where a device moves, if at all."""

    def realise(self, streams: Streams, links: Links) -> Array:
        """Extra loss in dB, shape [links]; a link's value depends on the seed, its name, and what `links` says of it.

        Raises RunError where it needs what the path loss model does not say. A link may be asked again at other places.
        """
        raise NotImplementedError(type(self).__name__)


def required(name: str, own: float | None, model: Array | None, kind: str) -> float | Array:
    """A kind's own value, else the path loss model's. Raises RunError where both are missing."""
    if own is not None:
        return own
    if model is None:
        raise RunError(f"shadowing {kind}: this path loss model names no {name} of its own; give {name}")
    return model


load_folder(__name__, list(__path__))
