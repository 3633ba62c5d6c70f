"""Two scenarios that differ in one part share every draw at a common address."""

from __future__ import annotations

import numpy as np

from wfsim.learning.workload import build_workload
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

SHORT = ["stop.rounds=2", "topology.devices=6", "learning.kind=none", "trace.channel=true"]


def gains(lines: list[dict]) -> dict[tuple[str, int], float]:
    return {(line["link"], line["block"]): line["gain"] for line in lines if line["type"] == "channel_gain"}


def test_changing_only_the_codec_keeps_every_gain(play) -> None:
    full, half = (gains(play("quickstart.yaml", [*SHORT, f"codec.values={v}"])) for v in ("fp32", "fp16"))
    common = full.keys() & half.keys()
    assert len(common) > 50
    assert full != half, "the codec must change which blocks are met"
    assert all(full[address] == half[address] for address in common)


def test_changing_only_the_codec_keeps_data_and_minibatches() -> None:
    works = []
    for values in ("fp32", "fp16"):
        scenario = load_scenario("quickstart", [f"codec.values={values}"])
        works.append(build_workload(scenario.learning, Streams(scenario.seed), scenario.topology.device_names()))
    for device in works[0].shards.train:
        np.testing.assert_array_equal(works[0].shards.train[device], works[1].shards.train[device])
        batches = [w.settings.local.batches(Streams(1), device, 3, w.shards.train[device]) for w in works]
        assert all(np.array_equal(a, b) for a, b in zip(*batches, strict=True))


def test_another_seed_shares_nothing(play) -> None:
    one, two = (gains(play("quickstart.yaml", [*SHORT, f"seed={seed}"])) for seed in (1, 2))
    assert not any(one[address] == two[address] for address in one.keys() & two.keys())


def test_adding_devices_moves_nobody(play) -> None:
    few, many = (play("quickstart.yaml", [*SHORT, f"topology.devices={n}"]) for n in (4, 8))
    placed = [
        {line["device"]: line["distance_m"] for line in lines if line["type"] == "link_placed"} for lines in (few, many)
    ]
    assert placed[0].items() <= placed[1].items()
    common = gains(few).keys() & gains(many).keys()
    assert common
    assert all(gains(few)[address] == gains(many)[address] for address in common)
