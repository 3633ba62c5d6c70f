"""The learned adapter."""

from __future__ import annotations

from wfsim.errors import UsageError
from wfsim.results.directory import Run
from wfsim.results.export import exporter
from wfsim.results.export._learned import learned_files


@exporter()
def peft(run: Run) -> dict[str, bytes]:
    """A folder with the last global adapter as PEFT reads it (PeftModel.from_pretrained).

    Where the classifier reads means over tokens it is one for the bare encoder (AutoModel); the classifier's weight and
    bias lie in the same file.
    """
    files = learned_files(run)
    if "adapter_config.json" not in files:
        raise UsageError(f"{run.path} trained the whole model, which is no adapter: use --format hugging_face")
    return files
