"""RoLoRA: one half of every pair at a time, in training, on the air and in what a codec remembers."""

from __future__ import annotations

import numpy as np
import pytest

import wfsim
from wfsim.errors import ScenarioError
from wfsim.world.checks import check_scenario

SMALL = [
    "topology.devices=3",
    "stop.rounds=3",
    "learning.local.steps=2",
    "learning.adapter={factors: alternate, target_modules: [fc1]}",
]
TIMED = [*SMALL, "learning.kind=none"]
TYPES = ("transfer_started", "transfer_ended", "compute_started", "update_arrived")


def uploads(lines: list[dict], round_number: int) -> set[int]:
    names = {f"up/d{device:05d}/{round_number}" for device in (1, 2, 3)}
    return {line["offered_bits"] for line in lines if line["type"] == "transfer_started" and line["transfer"] in names}


def test_each_half_costs_its_own_bits_and_operations_trained_or_not(play) -> None:
    """fc1 is 64 -> 128: B has twice the entries of A."""
    trained, timed = play("digits.yaml", SMALL), play("digits.yaml", TIMED)
    kept = [[{**line, "hash": "", "seq": 0} for line in lines if line["type"] in TYPES] for lines in (trained, timed)]
    assert kept[0] == kept[1]
    b, a, again = (uploads(timed, number) for number in (1, 2, 3))
    assert len(b) == len(a) == 1 and b == again and min(b) > min(a)
    assert [line["covariance_norm"] for line in trained if line["type"] == "model_updated"] == [0.0] * 3
    flops = {line["flops"] for line in timed if line["type"] == "compute_started" and line["device"] == "d00001"}
    assert len(flops) == 2


def test_what_the_other_half_still_owes_is_kept() -> None:
    """Error feedback: what was left of B in an even version is sent with B again, two versions later."""
    from wfsim.compress.error_feedback import ErrorFeedback
    from wfsim.compress.top_k import TopK
    from wfsim.learning.engine import Job, Ticket
    from wfsim.messages import Adapter, AdapterShapes, PairShape
    from wfsim.rng import Streams
    from wfsim.world.encoder import Encoder, Wire
    from wfsim.world.turn import Turn

    shapes = AdapterShapes(rank=1, pairs=(PairShape("m", 2, 2),), dense=(), factors="alternate")
    codec = ErrorFeedback(inner=TopK(keep_share=0.5, values="fp32"))
    wire = Wire(codec=codec, shapes=shapes, max_fragment_bytes=1000, streams=Streams(1))
    encoder = Encoder(wire=wire, read=lambda _: None, sent=lambda device, number, learned: learned)
    zero = Adapter.from_vector(shapes, np.zeros(4, np.float32))
    sent = []
    for version, delta in enumerate([[0.0, 0.0, 3.0, 1.0], [5.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.1, 0.2]]):
        job = Job(device="a", round=version, base_version=version, start=zero, batches=())
        ticket = Ticket(number=version, job=job, delta=Adapter.from_vector(shapes, np.array(delta, np.float32)))
        turn = Turn(number=version, device="a", round=version, base_version=version, ticket=ticket)
        encoder.sends(turn)
        turn.arrived = np.ones(len(encoder.payload(turn).fragments), dtype=bool)
        sent.append(encoder.decoded(turn)[0].tolist())
        encoder.settle(turn)
    assert sent == [[0.0, 0.0, 3.0, 0.0], [5.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, pytest.approx(1.2)]]
    np.testing.assert_allclose(encoder.residual["a"], [0.0, 2.0, 0.1, 0.0], atol=1e-6)


def test_edges_that_average_are_refused() -> None:
    sites = {"kind": "sites", "sites": [{"name": "a", "devices": 2, "min_distance_m": 50}]}
    edges = {"topology": sites, "hierarchy.edge_rounds": 1}
    scenario = wfsim.load_scenario("digits", {"learning.adapter.factors": "alternate", **edges})
    with pytest.raises(ScenarioError, match="edges that average have versions of their own"):
        check_scenario(scenario)


def test_flexlora_is_refused_where_a_factor_is_frozen() -> None:
    scenario = wfsim.load_scenario("digits", {"learning.adapter.factors": "b", "aggregator": "flexlora"})
    with pytest.raises(ScenarioError, match="flexlora changes both factors"):
        check_scenario(scenario)


def test_what_rests_has_no_say_in_what_is_chosen() -> None:
    """Of rank 1 a lot of A is owed; B's turn sends rank 0, of which alone B has changed."""
    from wfsim.compress.error_feedback import ErrorFeedback
    from wfsim.compress.soft import Soft
    from wfsim.learning.engine import Job, Ticket
    from wfsim.messages import Adapter, AdapterShapes, PairShape
    from wfsim.rng import Streams
    from wfsim.world.encoder import Encoder, Wire
    from wfsim.world.turn import Turn

    shapes = AdapterShapes(rank=2, pairs=(PairShape("m", 2, 2),), dense=(), factors="alternate")
    codec = ErrorFeedback(inner=Soft(keep=1, values="fp32"))
    wire = Wire(codec=codec, shapes=shapes, max_fragment_bytes=1000, streams=Streams(1))
    encoder = Encoder(wire=wire, read=lambda _: None, sent=lambda device, number, learned: learned)
    encoder.residual["a"] = np.array([0.0, 0.0, 5.0, 5.0, 0.0, 0.0, 0.0, 0.0], np.float32)
    delta = Adapter.from_vector(shapes, np.array([0.0] * 4 + [1.0, 0.0, 1.0, 0.0], np.float32))
    start = Adapter.from_vector(shapes, np.ones(8, np.float32))
    ticket = Ticket(number=0, job=Job(device="a", round=0, base_version=0, start=start, batches=()), delta=delta)
    turn = Turn(number=0, device="a", round=0, base_version=0, ticket=ticket)
    turn.arrived = np.ones(len(encoder.payload(turn).fragments), dtype=bool)
    assert encoder.decoded(turn)[0].tolist() == delta.vector().tolist()
