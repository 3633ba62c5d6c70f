"""Factor averaging."""

from __future__ import annotations

from wfsim.aggregate._stepping import Stepping


class FedIt(Stepping, kind="fedit"):
    """A <- A + lr mean dA, B <- B + lr mean dB, and the same for dense tensors; weights p are training examples.

    Source: FedIT (Zhang et al. 2023, arXiv 2305.05644). Averaging factors separately is not averaging products: the
    difference is logged as the covariance norm. It is zero where one factor is common to all: learning.adapter.factors
    b (FFA-LoRA) and alternate (RoLoRA). A stale delta is scaled by its staleness weight w while the denominator
    keeps the data weights, sum p w d / sum p, as in FedBuff (Nguyen et al. 2022, arXiv 2106.06639). With a `server`
    optimiser the mean is what it descends along: FedAvgM, FedAdam, FedYogi, FedAdagrad.
    """
