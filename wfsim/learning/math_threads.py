"""One math thread per chunk: what makes results independent of cores and of batching."""

from __future__ import annotations


def use_one_math_thread() -> None:
    """Let torch compute on one thread from now on, in the calling thread.

    With more, BLAS splits a product differently in a chunk of one job than in a larger one. Cores are used by
    computing several chunks at the same time.
    """
    import torch

    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
