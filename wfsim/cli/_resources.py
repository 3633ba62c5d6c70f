"""Options that say what a simulation may use of this machine; none of them changes a result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wfsim.simulate import Resources

CacheFolder = Annotated[
    Path | None, typer.Option("--cache", help="folder of computed training that runs share (default: none)")
]
CacheLimit = Annotated[float, typer.Option("--cache-limit-gb", min=0.001, help="size at which the cache is trimmed")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="chunks trained, or processes that simulate cells, at once (default: cores)"),
]

_GB = 1_000_000_000


def resources(cache: Path | None, cache_limit_gb: float, workers: int | None = None) -> Resources:
    """The options as the Python API takes them."""
    from wfsim.simulate import Resources

    return Resources(workers=workers, cache=cache, cache_limit_bytes=round(cache_limit_gb * _GB))
