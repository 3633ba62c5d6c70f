"""One math thread per chunk: what makes results independent of cores and of batching."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_math_thread() -> Iterator[None]:
    """Let torch compute on one thread inside, in the calling thread; also a decorator.

    With more, BLAS splits a product differently in a chunk of one job than in a larger one. Cores are used by
    computing several chunks at the same time.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
