"""The wholly trained model."""

from __future__ import annotations

from wfsim.errors import UsageError
from wfsim.results.directory import Run
from wfsim.results.export import exporter
from wfsim.results.export._learned import learned_files


@exporter()
def hugging_face(run: Run) -> dict[str, bytes]:
    """A folder with the last global model as transformers reads it, where adapter.method is full."""
    files = learned_files(run)
    if "config.json" not in files:
        raise UsageError(f"{run.path} trained an adapter, not the whole model: use --format peft")
    return files
