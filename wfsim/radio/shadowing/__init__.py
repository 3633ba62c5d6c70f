"""Slot `shadowing`: the slow, random deviation of a link from its mean path loss. A new file here is a new kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wfsim.part import Part, load_folder
from wfsim.rng import Streams


class Shadowing(Part, slot="shadowing"):
    """Large-scale random loss, constant in time and zero-mean in dB."""

    def realise(self, streams: Streams, links: Sequence[str]) -> NDArray[np.float64]:
        """Extra loss in dB, shape [links]; a link's value depends on the seed and its name alone."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
