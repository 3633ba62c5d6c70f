"""The first few of an order of candidates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wfsim.messages import Candidate


def first(size: int, busy: int, candidates: Sequence[Candidate], order: Callable[[Candidate], Any]) -> tuple[str, ...]:
    """The candidates of lowest `order` that fill a cohort of `size` in which `busy` work already, sorted by name.

    Ties go by name.
    """
    ordered = sorted(candidates, key=lambda candidate: (order(candidate), candidate.device))
    return tuple(sorted(candidate.device for candidate in ordered[: max(size - busy, 0)]))
