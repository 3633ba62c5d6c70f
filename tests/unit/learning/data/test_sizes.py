from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

import wfsim
from wfsim.learning.data.sizes import Sizes
from wfsim.learning.workload import build_workload
from wfsim.rng import Streams


def test_every_class_has_equally_many_examples_and_nothing_is_in_them() -> None:
    data = Sizes(examples=100, classes=4).load()
    assert np.bincount(data.train_labels).tolist() == [25] * 4
    assert set(data.train_inputs) == {""} and len(data.test_labels) == 4


def test_other_sizes_are_other_data() -> None:
    digests = {Sizes(examples=n, classes=c).load().digest for n, c in ((100, 2), (101, 2), (100, 3))}
    assert len(digests) == 3


def test_more_classes_than_examples_are_refused() -> None:
    with pytest.raises(ValidationError, match="examples 3 must be at least classes 4"):
        Sizes(examples=3, classes=4)


@pytest.mark.parametrize("partition", ["iid", "dirichlet"])
def test_examples_are_dealt_to_the_devices_of_any_model(partition) -> None:
    changes = {"learning.kind": "none", "learning.data": {"kind": "sizes", "examples": 500, "classes": 5}}
    scenario = wfsim.load_scenario("digits", {**changes, "learning.partition": partition, "topology.devices": 7})
    devices = scenario.topology.device_names()
    work = build_workload(scenario.learning, Streams(1), devices)
    counts = [work.examples(device) for device in devices]
    assert sum(counts) == 500 and min(counts) > 0
    assert (max(counts) - min(counts) <= 1) == (partition == "iid")
