"""The middle of the uploads, entry by entry."""

from __future__ import annotations

import numpy as np

from wfsim.aggregate._arrivals import Stack
from wfsim.aggregate._averaging import Vector
from wfsim.aggregate._stepping import Stepping
from wfsim.aggregate.missing import Uploads
from wfsim.messages import AdapterShapes


class Median(Stepping, kind="median"):
    """The median of the deltas of every entry, the mean of the two middle ones of an even number.

    Source: Yin et al. 2018, arXiv 1803.01498; holds against fewer than half. Every upload counts alike: numbers of
    examples are claims of the devices. Entries that did not arrive have no say under `renormalise`.
    """

    def _centre(self, uploads: Uploads, came: Stack, shapes: AdapterShapes) -> Vector:
        counts = uploads.masks.sum(axis=0)
        rising = np.sort(np.where(uploads.masks, uploads.moves, np.inf), axis=0)
        last = len(rising) - 1
        middle = [np.clip(place, 0, last)[None] for place in ((counts - 1) // 2, counts // 2)]
        low, high = (np.take_along_axis(rising, place, axis=0)[0] for place in middle)
        return np.where(counts > 0, 0.5 * (np.where(counts > 0, low, 0.0) + np.where(counts > 0, high, 0.0)), 0.0)
