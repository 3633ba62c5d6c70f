"""One math thread per chunk: what makes results independent of cores and of batching."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_Item, _Found = TypeVar("_Item"), TypeVar("_Found")


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


def side_by_side(compute: Callable[[_Item], _Found], items: Sequence[_Item], workers: int) -> list[_Found]:
    """`compute` of every item in order, each on one math thread, `workers` of them at a time."""
    alone = one_math_thread()(compute)
    if workers == 1:
        return [alone(item) for item in items]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(alone, items))
