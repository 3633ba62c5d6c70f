"""A wholly trained model on disk."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import wfsim
from wfsim.learning.full_format import write_full
from wfsim.learning.start import version_zero
from wfsim.learning.workload import build_workload
from wfsim.messages import Adapter
from wfsim.rng import Streams

pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.numpy")


def test_values_that_cannot_be_written_to_are_saved_without_a_warning(tmp_path) -> None:
    scenario = wfsim.load_scenario("digits", {"topology.devices": 2, "learning.adapter.method": "full"})
    workload = build_workload(scenario.learning, Streams(1), scenario.topology.device_names())
    first = version_zero(workload, Streams(1))
    dense = {name: np.array(values) for name, values in first.dense.items()}
    for values in dense.values():
        values.setflags(write=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*not writable.*")
        write_full(tmp_path, Adapter(pairs={}, dense=dense), workload)
    saved = safetensors.load_file(tmp_path / "model.safetensors")
    assert np.array_equal(saved["classifier.weight"], first.dense["classifier.weight"])
