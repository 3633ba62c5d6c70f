"""Training changes nothing in time: a timing-only run has the trained run's network and device records."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from wfsim.trace import RECORDS

CASES = {
    "quickstart": ("quickstart.yaml", ["stop.rounds=2", "learning.local.steps=1"]),
    "lossy": ("lossy.yaml", ["stop.rounds=2", "learning.local.steps=1", "trace.channel=true"]),
    "deadline": ("stragglers.yaml", ["stop.rounds=2", "learning.local.steps=1", "protocol.round_s=0.5"]),
}


def physical(lines: Sequence[dict]) -> list[dict]:
    """Payloads of network and device records, without sequence number and hash."""
    kept = (line for line in lines if RECORDS[line["type"]].group in ("network", "device", "server"))
    return [{key: value for key, value in line.items() if key not in ("seq", "hash")} for line in kept]


@pytest.mark.parametrize("case", CASES)
def test_network_and_device_records_are_the_trained_runs(play, case: str) -> None:
    source, overrides = CASES[case]
    trained, timing = play(source, overrides), play(source, [*overrides, "learning.kind=none"])
    assert physical(timing) == physical(trained)
    assert {line["type"] for line in trained} - {line["type"] for line in timing} >= {"evaluated", "model_updated"}


@pytest.mark.slow
def test_whole_quickstart(play) -> None:
    assert physical(play("quickstart.yaml", ["learning.kind=none"])) == physical(play("quickstart.yaml"))
