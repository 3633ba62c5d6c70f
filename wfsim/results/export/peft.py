"""The learned adapter."""

from __future__ import annotations

from wfsim.errors import UsageError
from wfsim.results.directory import Run
from wfsim.results.export import exporter


@exporter()
def peft(run: Run) -> dict[str, bytes]:
    """A folder with the last global adapter as PEFT reads it (PeftModel.from_pretrained)."""
    folder = run.path / "adapter"
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()}
    if not files:
        raise UsageError(f"{run.path} has no adapter: nothing was trained (learning.kind: none) or the run was killed")
    return files
