"""The largest entries of an update."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.compress import Source
from wfsim.compress._elements import Elements
from wfsim.messages import Adapter, AdapterShapes


class TopK(Elements, kind="top_k"):
    """The k entries with the largest |delta|: among all matrices (`scope: global`) no other k leave a smaller error.

    Source: the upload of FLASC (Kuo et al. 2024, arXiv 2406.05233). Positions cost a bitmap or Rice-coded gaps,
    whichever is shorter; what is quantised is the chosen values, with one scale per fragment.
    """

    def _scores(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.floating]:
        return np.abs(values.vector())
