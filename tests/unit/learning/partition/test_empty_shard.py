"""A partition of one's own that forgets somebody is one line, before anything runs."""

from __future__ import annotations

import pytest

from wfsim.errors import RunError
from wfsim.learning.partition.iid import Iid
from wfsim.learning.settings import Learning
from wfsim.learning.workload import build_workload
from wfsim.rng import Streams


@pytest.mark.parametrize(("empty", "who"), [(["b"], "device b got"), (["a", "c"], "device a and 1 more got")])
def test_a_device_without_examples_is_named(monkeypatch, empty, who) -> None:
    split = Iid.split

    def forgetful(*arguments):
        shards = split(*arguments)
        for name in empty:
            shards.train[name] = shards.train[name][:0]
        return shards

    monkeypatch.setattr(Iid, "split", forgetful)
    with pytest.raises(RunError, match=f"partition iid: {who} no training example; take fewer devices"):
        build_workload(Learning(data="digits", partition="iid"), Streams(1), ["a", "b", "c"])
