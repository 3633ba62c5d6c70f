"""Where version 0 comes from: a PEFT folder, PEFT's own random start, or the base itself where that is trained."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from wfsim.learning.adapter import AdapterSettings, initial_adapter
from wfsim.learning.base_values import base_values
from wfsim.learning.peft_format import CONFIG, WEIGHTS, check_config, read_peft
from wfsim.local_path import opened
from wfsim.messages import Adapter, AdapterShapes
from wfsim.rng import Streams

if TYPE_CHECKING:
    from wfsim.learning.workload import Workload


def version_zero(workload: Workload, streams: Streams) -> Adapter:
    """What every device holds at the start: `first_adapter`, or under `method: full` the weights on disk and a fresh
    head."""
    settings, shapes = workload.settings, workload.shapes
    if settings.adapter.method != "full":
        return first_adapter(settings.adapter, shapes, streams)
    base = base_values(settings.model.directory(), workload.encoder)
    head = initial_adapter(replace(shapes, dense=shapes.dense[len(base) :]), streams)
    return Adapter(pairs={}, dense={**base, **head.dense})


def first_adapter(settings: AdapterSettings, shapes: AdapterShapes, streams: Streams) -> Adapter:
    """Version 0; the head is a fresh one where the folder holds none. Raises ScenarioError for a PEFT folder that does
    not fit the scenario."""
    fresh = initial_adapter(shapes, streams)
    if settings.start is None:
        return fresh
    check_config(opened(settings.start), settings)
    return read_peft(opened(settings.start), shapes, fresh.dense)


def start_digest(settings: AdapterSettings) -> str:
    """SHA-256 of the folder's two files, for the run id; empty where nothing is given."""
    if settings.start is None:
        return ""
    digest = hashlib.sha256()
    for name in (CONFIG, WEIGHTS):
        digest.update((opened(settings.start) / name).read_bytes())
    return digest.hexdigest()
