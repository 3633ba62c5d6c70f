"""Speed-ups that a user may switch off change the adapter by rounding alone, and the air and the devices not at all."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.scenario.load import load_scenario
from wfsim.trace import RECORDS, Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

pytest.importorskip("torch")
pytest.importorskip("peft")

ROUNDS = 2
FEDERATION = {
    "topology.devices": 3,
    "stop.rounds": ROUNDS,
    "learning.partition": {"kind": "iid"},
    "learning.adapter": {"rank": 2, "target_modules": ["query", "value"]},
    "learning.local": {"steps": 3, "batch_size": 4, "optimizer": {"kind": "sgd", "lr": 0.05}},
    "codec.values": "fp32",
    "radio.transport": "unreliable",
    "radio.link.residual_loss": 0.2,
}


@pytest.mark.parametrize(
    "off",
    [{"reference": True}, {"buckets": False, "prefix_cache_bytes": 0, "chunk_jobs": 1}],
    ids=["reference", "none"],
)
def test_without_a_speed_up_the_network_is_the_same_to_the_bit(text_model, texts_csv, off) -> None:
    model = {"kind": "hugging_face", "path": str(text_model("bert")), "max_tokens": 12}
    learning = {"learning.model": model, "learning.data": {"kind": "csv", "path": str(texts_csv)}}
    fast, lines = played({**FEDERATION, **learning})
    slow, others = played({**FEDERATION, **learning, **{f"learning.engine.{key}": value for key, value in off.items()}})
    assert physical(lines) == physical(others) and any(line["type"] == "transfer_ended" for line in physical(lines))
    assert np.abs(fast - slow).max() <= 1e-5 and np.abs(fast).max() > 1e-3


def played(overrides):
    """The last global adapter as a vector, and the journal's lines."""
    lines: list[dict] = []
    world = build_world(load_scenario("digits", overrides), Journal([lines.append]))
    execute(world)
    return world.federation.current.vector(), lines


def physical(lines):
    """Records of the network and of devices, without what links lines to those between them."""
    kept = (line for line in lines if RECORDS[line["type"]].group in ("network", "device"))
    return [{key: value for key, value in line.items() if key not in ("seq", "hash")} for line in kept]
