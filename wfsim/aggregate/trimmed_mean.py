"""The mean without the extremes, entry by entry."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from wfsim.aggregate._arrivals import Stack
from wfsim.aggregate._averaging import Vector
from wfsim.aggregate._stepping import Stepping
from wfsim.aggregate.missing import Uploads
from wfsim.messages import AdapterShapes


class TrimmedMean(Stepping, kind="trimmed_mean"):
    """The mean of the deltas of every entry without the floor(b n) lowest and the floor(b n) highest of n.

    Source: Yin et al. 2018, arXiv 1803.01498; holds against a share of attackers of at most b, 0 <= b < 1/2. Every
    upload counts alike; n counts those that have a say in the entry.
    """

    trim: float = Field(0.2, ge=0.0, lt=0.5, description="share b of the uploads left out at either end")

    def _centre(self, uploads: Uploads, came: Stack, shapes: AdapterShapes) -> Vector:
        counts = uploads.masks.sum(axis=0)
        rising = np.sort(np.where(uploads.masks, uploads.moves, np.inf), axis=0)
        cut = np.floor(self.trim * counts + 1e-9).astype(np.int64)
        places = np.arange(len(rising))[:, None]
        kept = (places >= cut) & (places < counts - cut)
        total = np.where(kept, rising, 0.0).sum(axis=0)
        return np.divide(total, kept.sum(axis=0), out=np.zeros_like(total), where=counts > 0)
