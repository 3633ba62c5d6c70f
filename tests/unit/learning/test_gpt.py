"""GPT-2 and GPT-NeoX known from their configuration: tensors, operations and LoRA shapes against transformers, PEFT."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, adapter_shapes
from wfsim.learning.families import Encoder, read_encoder, read_untrained
from wfsim.learning.flops import forward_flops, training_flops

TOKENS = 8
GPT2 = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 16, "vocab_size": 64, "bos_token_id": 1}
NEOX = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 64}
FAMILIES = {
    "gpt2": ("GPT2Config", "GPT2LMHeadModel", {**GPT2, "eos_token_id": 2}),
    "gpt_neox": ("GPTNeoXConfig", "GPTNeoXForCausalLM", {**NEOX, "max_position_embeddings": 16}),
}


def small(folder: Path, family: str, **changes) -> tuple[Encoder, object]:
    """The encoder of a small model that lies in a folder, and the model itself with random weights."""
    transformers = pytest.importorskip("transformers")
    config_class, model_class, sizes = FAMILIES[family]
    config = getattr(transformers, config_class)(**{**sizes, **changes}, attn_implementation="eager")
    model = getattr(transformers, model_class)(config)
    model.save_pretrained(folder)
    return read_encoder(folder, classes=1, max_tokens=TOKENS), model


@pytest.mark.parametrize(
    ("family", "changes"),
    [
        ("gpt2", {}),
        ("gpt2", {"n_inner": 48, "tie_word_embeddings": False}),
        ("gpt_neox", {}),
        ("gpt_neox", {"attention_bias": False, "tie_word_embeddings": True}),
    ],
    ids=str,
)
def test_names_and_shapes_are_those_of_transformers(tmp_path, family, changes) -> None:
    encoder, model = small(tmp_path, family, **changes)
    assert encoder.model_class == type(model).__name__
    assert dict(encoder.frozen) == {name: tuple(value.shape) for name, value in model.named_parameters()}
    assert encoder == read_untrained(tmp_path / "config.json", classes=1, max_tokens=TOKENS)


def test_a_checkpoint_of_the_hub_lacks_the_prefix(tmp_path) -> None:
    encoder, model = small(tmp_path, "gpt2")
    model.transformer.save_pretrained(tmp_path)
    assert read_encoder(tmp_path, classes=1, max_tokens=TOKENS) == encoder


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("targets", ["all-linear", 0, 1, 3], ids=str)
def test_counts_every_product_that_peft_forms_with_the_usual_shapes(tmp_path, family, targets) -> None:
    torch, peft = pytest.importorskip("torch"), pytest.importorskip("peft")
    from torch.utils.flop_counter import FlopCounterMode

    encoder, model = small(tmp_path, family, **({"use_parallel_residual": False} if family == "gpt_neox" else {}))
    if targets != "all-linear":
        layer = encoder.linears[targets].name.split(".", 3)[-1]  # `attn.c_attn` of `transformer.h.0.attn.c_attn`
        targets = (layer,)
    shapes = adapter_shapes(AdapterSettings(rank=4, target_modules=targets), encoder)
    wanted = [pair.name for pair in shapes.pairs]
    config = peft.LoraConfig(r=4, target_modules=wanted, fan_in_fan_out=encoder.transposed)
    model = peft.get_peft_model(model, config)
    trained = [tuple(value.shape) for value in model.parameters() if value.requires_grad]
    assert sorted(trained) == sorted(tensor.shape for tensor in shapes.tensors)
    with FlopCounterMode(display=False) as counter:
        loss = model(input_ids=torch.ones(1, TOKENS, dtype=torch.long), use_cache=False).logits.sum()
        forward = counter.get_total_flops()
        loss.backward()
    assert (forward_flops(encoder, shapes), training_flops(encoder, shapes)) == (forward, counter.get_total_flops())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"n_head": 3}, "n_head: is 3; needs a divisor of n_embd 32"),
        ({"n_inner": 0}, "n_inner: is 0"),
        ({"n_positions": 4}, "learning.model.max_tokens: 8"),
    ],
)
def test_refused_configurations(tmp_path, changes, reason) -> None:
    (tmp_path / "small.json").write_text(json.dumps({"model_type": "gpt2", **GPT2, **changes}))
    with pytest.raises(ScenarioError, match=reason):
        read_untrained(tmp_path / "small.json", classes=1, max_tokens=TOKENS)
