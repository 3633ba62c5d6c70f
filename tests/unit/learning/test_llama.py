"""Decoders known from their configuration: tensors, operations and LoRA pairs against transformers, PEFT and paper."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, adapter_shapes
from wfsim.learning.families import Encoder, read_encoder, read_untrained
from wfsim.learning.flops import forward_flops, training_flops

LLAMA_7B = Path(__file__).parents[3] / "scenarios" / "configs" / "llama_2_7b.json"
SMALL = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 64,
    "max_position_embeddings": 16,
}
CLASSES = {"llama": "Llama", "mistral": "Mistral", "qwen2": "Qwen2"}
TOKENS = 8


def llama_7b() -> Encoder:
    return read_untrained(LLAMA_7B, classes=2, max_tokens=512)


def small(tmp_path: Path, family: str = "llama", **changes) -> tuple[Encoder, object]:
    """The encoder of a small model, and the model itself with random weights."""
    transformers = pytest.importorskip("transformers")
    config = getattr(transformers, f"{CLASSES[family]}Config")(**SMALL, attn_implementation="eager", **changes)
    model = getattr(transformers, f"{CLASSES[family]}ForCausalLM")(config)
    config.save_pretrained(tmp_path)
    return read_untrained(tmp_path / "config.json", classes=2, max_tokens=TOKENS), model


@pytest.mark.parametrize("family", CLASSES)
@pytest.mark.parametrize("tied", [True, False])
def test_names_and_shapes_are_those_of_transformers(tmp_path, family, tied) -> None:
    encoder, model = small(tmp_path, family, tie_word_embeddings=tied)
    assert encoder.model_class == type(model).__name__
    assert dict(encoder.frozen) == {name: tuple(value.shape) for name, value in model.named_parameters()}


@pytest.mark.parametrize("changes", [{"attention_bias": True}, {"mlp_bias": True}, {"head_dim": 16}], ids=str)
def test_what_a_configuration_may_change(tmp_path, changes) -> None:
    encoder, model = small(tmp_path, **changes)
    assert dict(encoder.frozen) == {name: tuple(value.shape) for name, value in model.named_parameters()}


def test_seven_billion_parameters() -> None:
    """32 (4 x 4096^2 + 3 x 4096 x 11008 + 2 x 4096) + 2 x 32000 x 4096 + 4096."""
    assert sum(tensor.entries for tensor in llama_7b().frozen) == 6_738_415_616


@pytest.mark.parametrize(
    ("rank", "targets", "entries"),
    [
        (8, ("q_proj", "v_proj"), 4_194_304),  # 32 x 2 x 8 x (4096 + 4096)
        (16, "all-linear", 39_976_960),  # 32 x 16 x (4 x 8192 + 3 x 15104)
        (16, ("q_proj", "k_proj", "v_proj", "o_proj"), 16_777_216),  # 32 x 4 x 16 x 8192
    ],
)
def test_entries_of_published_adapters(rank, targets, entries) -> None:
    shapes = adapter_shapes(AdapterSettings(rank=rank, target_modules=targets), llama_7b())
    assert (shapes.entries, shapes.dense) == (entries, ())


@pytest.mark.parametrize("targets", ["all-linear", ("q_proj", "v_proj"), ("k_proj",), ("down_proj",)], ids=str)
@pytest.mark.parametrize("factors", ["both", "b"])
def test_counts_every_product_that_peft_forms(tmp_path, targets, factors) -> None:
    torch, peft = pytest.importorskip("torch"), pytest.importorskip("peft")
    from torch.utils.flop_counter import FlopCounterMode

    encoder, model = small(tmp_path)
    shapes = adapter_shapes(AdapterSettings(rank=4, target_modules=targets, factors=factors), encoder)
    wanted = [pair.name for pair in shapes.pairs]
    model = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=wanted))
    for name, value in model.named_parameters():
        if factors == "b" and ".lora_A." in name:
            value.requires_grad_(False)
    with FlopCounterMode(display=False) as counter:
        loss = model(input_ids=torch.ones(1, TOKENS, dtype=torch.long), use_cache=False).logits.sum()
        forward = counter.get_total_flops()
        loss.backward()
    assert (forward_flops(encoder, shapes), training_flops(encoder, shapes)) == (forward, counter.get_total_flops())


def test_training_takes_about_four_operations_per_parameter_and_token() -> None:
    """4 N' + 12 d L T + 6 P per token: N' all matrices but the embeddings' table, P adapter entries; the first q, k, v
    need no gradient of their input. Kaplan et al. 2020 with frozen weights."""
    encoder = llama_7b()
    shapes = adapter_shapes(AdapterSettings(rank=16), encoder)
    matrices = 6_738_415_616 - 32_000 * 4096 - 65 * 4096
    first = 2 * 3 * 4096**2 + 2 * 16 * 3 * 4096  # neither matrices nor A pass a gradient on
    expected = 4 * matrices + 12 * 4096 * 32 * 512 + 6 * shapes.entries - first
    assert training_flops(encoder, shapes) == 512 * expected


@pytest.mark.parametrize("family", CLASSES)
@pytest.mark.parametrize("tied", [True, False])
def test_a_checkpoint_holds_every_tensor(tmp_path, family, tied) -> None:
    expected, model = small(tmp_path, family, tie_word_embeddings=tied)
    model.save_pretrained(tmp_path)
    assert read_encoder(tmp_path, classes=1, max_tokens=TOKENS) == expected and expected.is_decoder


@pytest.mark.parametrize("tied", [True, False])
def test_a_base_saved_alone_needs_tied_embeddings(tmp_path, tied) -> None:
    _, model = small(tmp_path, tie_word_embeddings=tied)
    model.model.save_pretrained(tmp_path)
    if tied:
        assert read_encoder(tmp_path, classes=1, max_tokens=TOKENS).is_decoder
        return
    with pytest.raises(ScenarioError, match=r"model.safetensors: the checkpoint lacks lm_head.weight"):
        read_encoder(tmp_path, classes=1, max_tokens=TOKENS)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"num_key_value_heads": 3}, "num_key_value_heads: is 3; needs a divisor of num_attention_heads 4"),
        ({"num_attention_heads": 6}, "num_attention_heads: is 6; needs a divisor of hidden_size 32"),
        ({"hidden_size": "wide"}, "hidden_size: is 'wide'"),
        ({"tie_word_embeddings": "yes"}, "tie_word_embeddings: is 'yes'; needs true or false"),
        ({"max_position_embeddings": 4}, "learning.model.max_tokens: 8"),
        ({"model_type": "lama"}, "no family called 'lama' .did you mean"),
    ],
)
def test_refused_configurations(tmp_path, changes, reason) -> None:
    file = tmp_path / "small.json"
    file.write_text(json.dumps({"model_type": "llama", **SMALL, **changes}))
    with pytest.raises(ScenarioError, match=reason):
        read_untrained(file, classes=2, max_tokens=TOKENS)
