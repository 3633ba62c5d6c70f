"""What a run learned, as it lies in the run's folder."""

from __future__ import annotations

from wfsim.errors import UsageError
from wfsim.results.directory import Run


def learned_files(run: Run) -> dict[str, bytes]:
    """The files of the folder `adapter` by their paths in it. Raises UsageError for a run that learned nothing."""
    folder = run.path / "adapter"
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    if not files:
        raise UsageError(f"{run.path} has no adapter: nothing was trained (learning.kind: none) or the run was killed")
    return files
