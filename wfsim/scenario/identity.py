"""The run id: what a run's result depends on, in one hash, so that an old result is never mistaken for a new one."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import wfsim
from wfsim.errors import ScenarioError
from wfsim.learning.start import start_digest
from wfsim.learning.workload import weights_digest
from wfsim.local_path import without_paths
from wfsim.scenario.parts import PartFile, homeless_kinds
from wfsim.scenario.schema import Scenario

ID_LENGTH = 12


def run_id(scenario: Scenario) -> str:
    """Hex digits over the resolved scenario (seed included), its part files, wfsim's sources, the base and the data.

    Raises ScenarioError for a part of a class that stands in none of these files, as one written in a notebook.
    """
    for kind in homeless_kinds(scenario, scenario.parts):
        where = f"{kind.__module__}.{kind.__qualname__}"
        raise ScenarioError(
            f"the {kind.slot} {kind.kind!r} is the class {where}, of which a run's id knows nothing: "
            "write it to a file and name that under parts"
        )
    facts = {
        "scenario": without_paths(scenario, exclude={"parts"}),
        "code": code_digest(scenario.parts),
        "weights": weights_digest(scenario.learning),
        "start": start_digest(scenario.learning.adapter),
        "data": scenario.learning.data.load().digest,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:ID_LENGTH]


def code_digest(parts: Sequence[PartFile] = ()) -> str:
    """SHA-256 over the names and texts of this package's Python files and of a scenario's part files."""
    texts = [_digest_of(Path(wfsim.__file__).parent), *sorted(file.digest for file in parts)]
    return hashlib.sha256(" ".join(texts).encode()).hexdigest()


@functools.cache
def _digest_of(root: Path) -> str:
    """The same for a wheel, which holds the scenarios inside the package, and for a checkout, which does not."""
    names = {path.relative_to(root).as_posix(): path for path in root.rglob("*.py")}
    digest = hashlib.sha256()
    for name in sorted(name for name in names if not name.startswith("scenarios/")):
        digest.update(name.encode() + b"\0" + names[name].read_bytes() + b"\0")
    return digest.hexdigest()
