"""The run id: what a run's result depends on, in one hash, so that an old result is never mistaken for a new one."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

import wfsim
from wfsim.learning.workload import weights_digest
from wfsim.scenario.schema import Scenario

ID_LENGTH = 12


def run_id(scenario: Scenario) -> str:
    """Hex digits over the resolved scenario (seed included), the package's sources, the base's weights and the data."""
    facts = {
        "scenario": scenario.model_dump(mode="json"),
        "code": code_digest(),
        "weights": weights_digest(scenario.learning),
        "data": scenario.learning.data.load().digest,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:ID_LENGTH]


def code_digest() -> str:
    """SHA-256 over the names and texts of this package's Python files."""
    return _digest_of(Path(wfsim.__file__).parent)


@functools.cache
def _digest_of(root: Path) -> str:
    """The same for a wheel, which holds the scenarios inside the package, and for a checkout, which does not."""
    names = {path.relative_to(root).as_posix(): path for path in root.rglob("*.py")}
    digest = hashlib.sha256()
    for name in sorted(name for name in names if not name.startswith("scenarios/")):
        digest.update(name.encode() + b"\0" + names[name].read_bytes() + b"\0")
    return digest.hexdigest()
