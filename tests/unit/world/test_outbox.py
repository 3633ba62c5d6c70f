"""The bytes of a download that brings changes of the base, as on paper."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.aggregate.fedex import FedEx
from wfsim.aggregate.fedit import FedIt
from wfsim.aggregate.flora import Flora
from wfsim.compress.dense import Dense
from wfsim.learning.base import Base
from wfsim.messages import AdapterShapes, Pair, PairShape, TensorShape
from wfsim.rng import Streams
from wfsim.world.encoder import Wire
from wfsim.world.moving_base import MovingBase
from wfsim.world.outbox import Outbox

WIDE, NARROW = PairShape("wide", 96, 96), PairShape("narrow", 10, 10)  # factors pay below rank 48 and rank 5
SHAPES = AdapterShapes(rank=2, pairs=(WIDE, NARROW), dense=(TensorShape("head", (7,)),))
FACTORS = 2 * (96 + 96 + 10 + 10)  # entries of an adapter without its head


def outbox(aggregator, values: str = "fp32") -> Outbox:
    return Outbox(aggregator=aggregator, codec=Dense(values=values), shapes=SHAPES, max_fragment_bytes=10**6)


def entries(plan) -> int:
    return sum(plan.fragment_entries)


def received(box: Outbox, devices: list[str], version: int) -> int:
    plan = box.send(devices, version)
    for device in devices:
        box.received(device)
    return entries(plan)


def test_where_the_base_stays_every_version_has_one_size() -> None:
    box = outbox(FedIt())
    box.made(1, 3)
    assert box.send(["a"], 0) == box.send(["b"], 1) == box.whole and entries(box.whole) == FACTORS + 7


def test_three_devices_under_flora() -> None:
    box = outbox(Flora())
    assert received(box, ["a", "b", "c"], 0) == FACTORS + 7
    box.made(1, 3)  # rank 6: stacked for `wide`, dense for `narrow`
    assert received(box, ["a", "b", "c"], 1) == 7 + 6 * (96 + 96) + 10 * 10
    assert sum(box.send(["a"], 1).fragment_bytes) == 8 + sum(box._planned(box.adapter_shapes(1)).fragment_bytes)


def test_three_devices_under_fedex() -> None:
    box = outbox(FedEx())
    received(box, ["a", "b", "c"], 0)
    box.made(1, 3)  # rank (3 - 1) 2 = 4 beside the averaged factors
    assert received(box, ["a", "b", "c"], 1) == FACTORS + 7 + 4 * (96 + 96 + 10 + 10)
    box.made(2, 1)  # a lone device leaves no residual
    assert received(box, ["a", "b", "c"], 2) == FACTORS + 7


def test_who_is_behind_gets_all_changes_since_until_the_dense_change_is_smaller() -> None:
    box = outbox(Flora())
    received(box, ["a", "b"], 0)
    box.made(1, 3)
    received(box, ["a"], 1)
    box.made(2, 3)
    assert entries(box.send(["a"], 2)) == 7 + 6 * (96 + 96) + 100
    assert entries(box.send(["b"], 2)) == entries(box.send(["a", "b"], 2)) == 7 + 12 * (96 + 96) + 100
    for version in range(3, 9):
        box.made(version, 3)
    assert entries(box.send(["b"], 8)) == 7 + 96 * 96 + 100  # rank 48: as many entries as the product
    box.reset("a")
    assert box.send(["a"], 8) == box.send(["b"], 8) == box.send(["never seen"], 8)


def world(aggregator, values: str) -> tuple[Outbox, MovingBase]:
    box = outbox(aggregator, values)
    wire = Wire(codec=box.codec, shapes=SHAPES, max_fragment_bytes=10**6, streams=Streams(1))
    return box, MovingBase(wire=wire, outbox=box, scale=2.0)


def change(version: int, rank: int) -> dict[str, Pair]:
    draw = np.random.default_rng(version)
    pairs = SHAPES.pairs
    return {p.name: Pair(draw.standard_normal((rank, p.d_in)), draw.standard_normal((p.d_out, rank))) for p in pairs}


def play(values: str) -> tuple[MovingBase, dict[str, Base], dict[str, np.ndarray]]:
    """Ten versions: `a` takes all of them, `b` every third, `c` the last one alone; the exact sum of changes too."""
    box, moving = world(Flora(), values)
    exact = {p.name: np.zeros((p.d_out, p.d_in)) for p in SHAPES.pairs}
    for version in range(1, 11):
        box.made(version, 3)
        moving.advance(version, made := change(version, 6))
        for name, (a, b) in made.items():
            exact[name] += 2.0 * b @ a
        there = {"a"} | ({"b"} if version % 3 == 1 else set()) | ({"c"} if version == 10 else set())
        for device in sorted(there):
            plan = box.send([device], version)
            sizes = [len(fragment) for fragment in moving.fragments(box.under_way[device])]
            assert sizes == [8, *plan.fragment_bytes[2:]]  # after the header and the head
            moving.receive(device)
            box.received(device)
    return moving, moving.held, exact


def test_whatever_way_it_came_a_lossless_base_is_the_servers_to_the_bit() -> None:
    moving, held, exact = play("fp32")
    assert {base.digest for base in held.values()} == {moving.base.digest}
    for name, expected in exact.items():
        np.testing.assert_allclose(moving.base.deltas[name], expected, atol=1e-4)
    assert len(moving.changes) == 7  # 8 changes of rank 6 fill the wide matrix


def test_devices_that_receive_the_same_share_one_base() -> None:
    box, moving = world(Flora(), "fp32")
    box.made(1, 3)
    moving.advance(1, change(1, 6))
    box.send(["a", "b"], 1)
    for device in ("a", "b"):
        moving.receive(device)
        box.received(device)
    assert moving.held["a"] is moving.held["b"]


def test_a_lossy_codec_leaves_devices_with_what_it_decodes() -> None:
    moving, held, exact = play("int8")
    assert len({base.digest for base in held.values()} | {moving.base.digest}) > 1
    for base in held.values():
        error = np.abs(base.deltas["wide"] - exact["wide"]).max()
        assert 1e-3 < error < 0.05 * np.abs(exact["wide"]).max()


def test_a_change_of_another_rank_than_was_announced_is_refused() -> None:
    box, moving = world(FedEx(), "fp32")
    box.made(1, 3)
    with pytest.raises(RuntimeError, match="not of rank 4"):
        moving.advance(1, change(1, 6))
