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


@functools.cache
def code_digest() -> str:
    """SHA-256 over the names and texts of the package's Python files."""
    root, digest = Path(wfsim.__file__).parent, hashlib.sha256()
    for path in sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
