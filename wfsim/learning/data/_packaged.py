"""Files that installed packages carry, found without importing the package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from wfsim.errors import ScenarioError


def packaged_file(kind: str, *, module: str, package: str, file: str) -> Path:
    """The path of `file` inside an installed package. Raises ScenarioError, saying what to install, when absent."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ScenarioError(f"data {kind} needs the package {package}: python -m pip install 'wfsim-cosim[examples]'")
    path = Path(spec.submodule_search_locations[0], file)
    if not path.is_file():
        raise ScenarioError(f"data {kind}: the installed package {package} does not hold the file {path}")
    return path
