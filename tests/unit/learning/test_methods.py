"""Head only and full fine-tuning: what is sent, computed and kept, and what has no meaning there."""

from __future__ import annotations

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, adapter_shapes, trains_base
from wfsim.learning.families import read_encoder
from wfsim.learning.flops import forward_flops, training_flops
from wfsim.learning.memory import training_memory
from wfsim.learning.models.tiny_vit import TinyVit
from wfsim.scenario.load import load_scenario
from wfsim.world.checks import check_scenario

ENCODER = TinyVit().encoder(10)
HEAD, FULL = (adapter_shapes(AdapterSettings(method=method), ENCODER) for method in ("head", "full"))
MODEL_ENTRIES = 4 * (4 * 64 * 65 + 128 * 65 + 64 * 129 + 4 * 64) + 64 * 49 + 64 + 64 + 17 * 64 + 2 * 64 + 650


def test_the_head_alone_has_no_pairs() -> None:
    assert (HEAD.pairs, HEAD.entries) == ((), 650) and not trains_base(HEAD, ENCODER)


def test_everything_is_every_tensor_of_the_model() -> None:
    assert (FULL.pairs, FULL.entries) == ((), MODEL_ENTRIES) and trains_base(FULL, ENCODER)
    assert FULL.trained.all() and FULL.dense[-2:] == HEAD.dense
    assert len({tensor.name for tensor in FULL.dense}) == len(FULL.dense)


def test_the_head_alone_costs_its_own_weights_beside_a_forward_pass() -> None:
    assert training_flops(ENCODER, HEAD) == forward_flops(ENCODER, HEAD) + 2 * 64 * 10


@pytest.mark.parametrize(
    "family", ["tiny", "bert", *(pytest.param(f, marks=pytest.mark.slow) for f in ("albert", "distilbert"))]
)
def test_full_fine_tuning_costs_what_torch_counts(text_model, family) -> None:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    from torch.utils.flop_counter import FlopCounterMode

    directory = TinyVit().directory() if family == "tiny" else text_model(family)
    encoder = read_encoder(directory, classes=5, max_tokens=12)
    model = getattr(transformers, encoder.model_class).from_pretrained(
        directory, num_labels=5, attn_implementation="eager", ignore_mismatched_sizes=True
    )
    images, words = {"pixel_values": torch.zeros(2, 1, 28, 28)}, {"input_ids": torch.ones(2, 12, dtype=torch.long)}
    with FlopCounterMode(display=False) as counter:
        model(**(images if family == "tiny" else words)).logits.sum().backward()
    shapes = adapter_shapes(AdapterSettings(method="full"), encoder)
    assert training_flops(encoder, shapes) == counter.get_total_flops() // 2


def test_memory_of_a_wholly_trained_model() -> None:
    def memory(**adapter):
        learning = load_scenario("digits", {"learning.adapter": adapter}).learning
        return training_memory(learning, ENCODER, adapter_shapes(learning.adapter, ENCODER))

    full, lora, head = memory(method="full"), memory(), memory(method="head")
    assert (full.weights_bytes, full.adapter_bytes) == (0, 4 * MODEL_ENTRIES)
    assert (full.gradient_bytes, full.optimizer_bytes) == (4 * MODEL_ENTRIES, 8 * MODEL_ENTRIES)
    assert lora.weights_bytes == head.weights_bytes == 4 * (MODEL_ENTRIES - 650) and head.adapter_bytes == 4 * 650


def test_a_copy_in_16_bits_counts_beside_what_is_trained_in_32(tmp_path) -> None:
    config = str(TinyVit().directory() / "config.json")
    for weights, bytes_each in (("bf16", 2), ("fp32", 0)):
        model = {"kind": "config", "path": config, "weights": weights}
        learning = load_scenario(
            "digits", {"learning.kind": "none", "learning.model": model, "learning.adapter.method": "full"}
        ).learning
        encoder = learning.model.encoder(10)
        shapes = adapter_shapes(learning.adapter, encoder)
        assert training_memory(learning, encoder, shapes).weights_bytes == bytes_each * MODEL_ENTRIES


CODECS = {
    "dense": "dense",
    "top_k": "top_k",
    "fedsrd": "fedsrd",
    "random_k": "random_k",
    "soft": "{kind: soft, keep: 2}",
    "qr_core": "qr_core",
    "random_ranks": "{kind: random_ranks, keep: 2}",
    "error_feedback": "{kind: error_feedback, inner: top_k}",
}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("method", ["head", pytest.param("full", marks=pytest.mark.slow)])
def test_every_codec_sends_what_has_no_pairs_whole(play, method, codec) -> None:
    asked = ["stop.rounds=2", "learning.local.steps=1", "topology.devices=2", "learning.evaluate.every_rounds=1"]
    lines = play("digits.yaml", [*asked, f"learning.adapter.method={method}", f"codec={CODECS[codec]}"])
    entries = HEAD.entries if method == "head" else MODEL_ENTRIES
    assert lines[0]["entries"] == entries
    sent = [line for line in lines if line["type"] == "transfer_ended" and line["purpose"] == "update"]
    assert len(sent) == 4 and all(line["outcome"] == "delivered" for line in sent)
    assert all(line["delivered_bits"] > 8 * entries for line in sent)
    first, second = (line["loss"] for line in lines if line["type"] == "evaluated")
    assert first != second


def test_nothing_trained_has_the_sizes_of_what_would_be(play) -> None:
    asked = ["learning.kind=none", "stop.rounds=1", "topology.devices=2", "learning.adapter.method=full"]
    assert play("digits.yaml", asked)[0]["entries"] == MODEL_ENTRIES


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"learning.adapter.rank": 65}, r"learning.adapter.rank: 65 is more than vit.layers.0.attention.q_proj "
         r"\(64 x 64\) can have; at most 64"),
        ({"learning.adapter": {"method": "head", "factors": "b"}}, "factors: b has no meaning under method head"),
        ({"learning.adapter": {"method": "full", "start": "x"}}, "start: names a PEFT folder, and method full"),
        ({"learning.adapter.method": "prefix"}, "learning.adapter.method"),
        ({"learning.adapter.method": "head", "controller": "rank_by_snr", "codec": "soft"},
         r"controller: rank_by_snr chooses ranks, and without LoRA pairs \(learning.adapter\) there are none"),
        ({"learning.adapter.method": "full", "controller": {"kind": "tsfa", "latency_budget_s": 1.0}, "codec": "soft"},
         r"controller: tsfa chooses ranks, and without LoRA pairs \(learning.adapter\) there are none"),
        ({"learning.kind": "none", "learning.adapter.method": "full", "learning.model": {
            "kind": "config", "path": str(TinyVit().directory() / "config.json"), "weights": "int4"}},
         "learning.adapter.method: full trains model.weights, which are int4: give bf16"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused(options, says) -> None:
    with pytest.raises(ScenarioError, match=says):
        check_scenario(load_scenario("digits", options))


def test_ranks_up_to_the_narrowest_matrix_are_allowed() -> None:
    check_scenario(load_scenario("digits", {"learning.adapter.rank": 64}))
