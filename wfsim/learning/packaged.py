"""Files that installed packages carry, found without importing the package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from wfsim.errors import ScenarioError


def packaged_file(what: str, *, module: str, package: str, file: str, extra: str = "examples") -> Path:
    """The path of `file` inside an installed package. Raises ScenarioError, saying what to install, when absent.

    `what` is the part that needs it ("data digits"), `extra` the extra of wfsim that installs the package.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ScenarioError(f"{what} needs the package {package}: python -m pip install 'wfsim-cosim[{extra}]'")
    path = Path(spec.submodule_search_locations[0], file)
    if not path.exists():
        raise ScenarioError(f"{what}: the installed package {package} does not hold the file {path}")
    return path
