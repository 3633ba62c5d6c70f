"""What a job gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.messages import Adapter


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """What a job learned: trained minus start, and the root mean square of its examples' losses (see below)."""

    delta: Adapter
    loss: float


def root_mean_square(losses: Sequence[NDArray[np.float64]]) -> float:
    """sqrt(mean(loss^2)) over the examples of all minibatches, each loss as it was when its minibatch came.

    Cross-entropy in nats, penalties left out: what Oort's statistical utility is made of (Lai et al. 2021, arXiv
    2010.06081). NaN for a job without steps.
    """
    return float(np.sqrt(np.mean(np.square(np.concatenate(losses))))) if losses else float("nan")
