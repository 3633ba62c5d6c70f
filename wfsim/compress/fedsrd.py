"""Entries that move the product of the factors most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfsim.compress import Source
from wfsim.compress._elements import Elements
from wfsim.messages import Adapter, AdapterShapes, Pair


class FedSrd(Elements, kind="fedsrd"):
    """The k entries with the highest |dB[u,v]| ||A[v,:]|| and |dA[v,w]| ||B'[:,v]||: how far each moves B A alone.

    With A at the start and B' = B + dB the change of the product is dB A + B' dA exactly. Source: the importance-aware
    sparsification of FedSRD (Yan et al. 2025, arXiv 2510.04601); choosing over all matrices at once (`scope: global`)
    is ours, and what its server does (aggregating products, decomposing them again) is no part of a codec.
    """

    def _scores(self, values: Adapter, shapes: AdapterShapes, source: Source) -> NDArray[np.floating]:
        parts = [_pair_scores(delta, source.start.pairs[name]) for name, delta in values.pairs.items()]
        return np.concatenate([*parts, np.zeros(shapes.entries - shapes.offsets[2 * len(shapes.pairs)])])


def _pair_scores(delta: Pair, start: Pair) -> NDArray[np.floating]:
    """Scores of A's entries, then of B's, in canonical order."""
    of_a = np.abs(delta.a) * np.linalg.norm(start.b + delta.b, axis=0)[:, None]
    of_b = np.abs(delta.b) * np.linalg.norm(start.a, axis=1)
    return np.concatenate([of_a.ravel(), of_b.ravel()])
