"""`learning.adapter.send: factors`: updates hold values, from which the server takes what it had sent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import wfsim
from wfsim.compress import Codec
from wfsim.compress.dense import Dense
from wfsim.compress.qr_core import QrCore
from wfsim.compress.soft import Soft
from wfsim.compress.top_k import TopK
from wfsim.errors import ScenarioError
from wfsim.learning.engine import Job, Ticket
from wfsim.messages import Adapter, AdapterShapes, PairShape, Values
from wfsim.rng import Streams
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.encoder import Encoder, Wire
from wfsim.world.execute import execute
from wfsim.world.turn import Turn

SCENARIOS = Path(__file__).parents[3] / "scenarios"
SMALL = ["topology.devices=3", "stop.rounds=2", "learning.local.steps=2"]
FACTORS = "learning.adapter.send=factors"
SHAPES = AdapterShapes(rank=2, pairs=(PairShape("m", 2, 2),), dense=())
START = np.array([1.0, 2.0, 0.5, 0.25, -3.0, 0.5, 2.0, 0.125], dtype=np.float32)
DELTA = np.array([0.25, -1.5, 0.25, 0.25, 0.5, -0.25, 0.5, 0.125], dtype=np.float32)


def decoded(codec: Codec, arrived: list[bool] | None = None, *, max_bytes: int = 1000) -> tuple[Values, np.ndarray]:
    """What the server makes of one device's update, of which these fragments arrived."""
    wire = Wire(codec=codec, shapes=SHAPES, max_fragment_bytes=max_bytes, streams=Streams(1), sends_factors=True)
    encoder = Encoder(wire=wire, read=lambda _: None, sent=lambda device, number, learned: learned)
    job = Job(device="a", round=1, base_version=0, start=Adapter.from_vector(SHAPES, START), batches=())
    ticket = Ticket(number=0, job=job, delta=Adapter.from_vector(SHAPES, DELTA))
    turn = Turn(number=0, device="a", round=1, base_version=0, ticket=ticket)
    turn.arrived = np.array([True] * len(encoder.payload(turn).fragments) if arrived is None else arrived)
    return encoder.decoded(turn)


def test_dense_factors_bring_the_same_change() -> None:
    change, mask = decoded(Dense(values="fp32"))
    assert mask.all() and change.tolist() == DELTA.tolist()


def test_what_a_codec_leaves_out_of_values_becomes_zero() -> None:
    change, mask = decoded(TopK(keep_share=0.5, values="fp32"))
    whole = START + DELTA
    largest = np.sort(np.abs(whole))[4:]
    assert mask.all()
    assert (START + change).tolist() == np.where(np.isin(np.abs(whole), largest), whole, 0.0).tolist()


def test_ranks_are_chosen_by_their_own_norms() -> None:
    """A = [[1.25, .5], [.75, .5]], B = [[-2.5, .25], [2.5, .25]]: the first rank is larger, whatever has changed."""
    scores = [decoded(Soft(keep=1, values="fp32", score=score))[0] for score in ("change", "factor_norm")]
    kept = START + scores[0]
    assert scores[0].tolist() == scores[1].tolist()
    assert kept.tolist() == [1.25, 0.5, 0.0, 0.0, -2.5, 0.0, 2.5, 0.0]


def test_refactorised_values_have_the_same_product() -> None:
    change, _ = decoded(QrCore(keep=2, values="fp32"))
    made, trained = (Adapter.from_vector(SHAPES, START + moved).pairs["m"] for moved in (change, DELTA))
    np.testing.assert_allclose(made.b @ made.a, trained.b @ trained.a, atol=1e-5)


def test_lost_packets_leave_no_change() -> None:
    wire_bytes = 40
    change, mask = decoded(Dense(values="fp32"), [True, False], max_bytes=wire_bytes)
    assert 0 < mask.sum() < 8
    assert change.tolist() == np.where(mask, DELTA, 0.0).tolist()
    nothing, none = decoded(Dense(values="fp32"), [False, False], max_bytes=wire_bytes)
    assert not none.any() and not nothing.any()


def learned(*overrides: str) -> tuple[list[dict], Adapter]:
    """A small federation's journal and its adapter."""
    lines: list[dict] = []
    world = build_world(wfsim.load_scenario(SCENARIOS / "digits.yaml", [*SMALL, *overrides]), Journal([lines.append]))
    execute(world)
    return lines, world.federation.current


def test_a_federation_learns_the_same_from_uncut_values() -> None:
    (lines, one), (others, other) = (learned("codec.values=fp32", *more) for more in ([], [FACTORS]))
    assert [line["t_s"] for line in lines] == [line["t_s"] for line in others]
    np.testing.assert_allclose(one.vector(), other.vector(), atol=1e-6)
    assert np.abs(one.vector()).max() > 1e-2


def test_coarse_values_cost_accuracy_of_their_own() -> None:
    """The same bits: int4 of values has other steps than int4 of changes."""
    (lines, one), (others, other) = (learned("codec.values=int4", *more) for more in ([], [FACTORS]))
    sent = [[line["sent_bits"] for line in run if line["type"] == "transfer_ended"] for run in (lines, others)]
    assert sent[0] == sent[1]
    assert np.abs(one.vector() - other.vector()).max() > 1e-4


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("codec={kind: error_feedback, inner: soft}", "error_feedback remembers what of a change was not sent"),
        ("radio.downlink.transport=unreliable", "radio.downlink.transport unreliable delivers parts: give reliable"),
    ],
)
def test_what_cannot_be_undone_is_refused(override: str, reason: str) -> None:
    with pytest.raises(ScenarioError, match=reason):
        wfsim.load_scenario("quickstart", [FACTORS, override])
