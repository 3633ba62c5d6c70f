"""wfsim: a discrete-event network co-simulator for wireless federated LoRA fine-tuning.

>>> scenario = wfsim.load_scenario("digits")        # a packaged name or a path, with overrides
>>> run = wfsim.run(scenario, out="runs/mine")      # a Run: summary, rounds, journal
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wfsim.results.directory import Run
    from wfsim.results.frame import open_runs
    from wfsim.scenario.load import load_scenario
    from wfsim.simulate import run
    from wfsim.sweeps.sweep import sweep

__all__ = ["Run", "load_scenario", "open_runs", "run", "sweep"]

_HOMES = {
    "Run": "wfsim.results.directory",
    "load_scenario": "wfsim.scenario.load",
    "open_runs": "wfsim.results.frame",
    "run": "wfsim.simulate",
    "sweep": "wfsim.sweeps.sweep",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when first used, so that `import wfsim` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'wfsim' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
