from __future__ import annotations

import numpy as np
import pytest

from wfsim.learning.adapter import AdapterSettings, adapter_shapes
from wfsim.learning.families import Encoder, TextInput, read_encoder
from wfsim.learning.families.vit import vit_encoder
from wfsim.learning.flops import forward_flops, training_flops
from wfsim.learning.vit_config import VitConfig

CONFIG = VitConfig(hidden=64, layers=3, heads=4, intermediate=128, image=28, patch=7, channels=1, layer_norm_eps=1e-12)
VIT = vit_encoder(CONFIG, 10, "ViTForImageClassification")
SIZES = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 128}
SIDES = {"image_size": 28, "patch_size": 7, "num_channels": 1}
EXAMPLES = 2


def counted_by_torch(encoder: Encoder, model, settings: AdapterSettings, active: int | None = None) -> tuple[int, int]:
    """FLOPs of one example, forward and with backward, that torch counts in PEFT's own model.

    With `active` the ranks behind it are a second, frozen adapter. Frozen A need no gradient.
    """
    torch, peft = pytest.importorskip("torch"), pytest.importorskip("peft")
    from torch.utils.flop_counter import FlopCounterMode

    targets = [pair.name for pair in adapter_shapes(settings, encoder).pairs]
    heads = [module.name for module in encoder.head]
    config = peft.LoraConfig(r=active or settings.rank, target_modules=targets, modules_to_save=heads)
    model = peft.get_peft_model(model, config)
    if active is not None:
        model.add_adapter("rest", peft.LoraConfig(r=settings.rank - active, target_modules=targets))
        model.base_model.set_adapter(["default", "rest"])
    for name, value in model.named_parameters():
        if ".rest." in name or (settings.factors == "b" and ".lora_A." in name):
            value.requires_grad_(False)
    inputs = {"pixel_values": torch.zeros(EXAMPLES, 1, 28, 28)}
    if isinstance(encoder.input, TextInput):
        ones = torch.ones(EXAMPLES, encoder.tokens, dtype=torch.long)
        inputs = {"input_ids": ones, "attention_mask": ones}
    with FlopCounterMode(display=False) as counter:
        loss = model(**inputs).logits.sum()
        forward = counter.get_total_flops()
        loss.backward()
    return forward // EXAMPLES, counter.get_total_flops() // EXAMPLES


def image_model(family: str):
    transformers = pytest.importorskip("transformers")
    name = {"vit": "ViT", "deit": "DeiT"}[family]
    config = getattr(transformers, f"{name}Config")(**SIZES, **SIDES, num_labels=10, attn_implementation="eager")
    return getattr(transformers, f"{name}ForImageClassification")(config)


@pytest.mark.parametrize("targets", ["all-linear", ("q_proj", "v_proj"), ("fc2",)], ids=str)
@pytest.mark.parametrize("rank", [1, 4])
def test_counts_every_product_of_a_vit(rank, targets) -> None:
    settings = AdapterSettings(rank=rank, target_modules=targets)
    shapes = adapter_shapes(settings, VIT)
    expected = counted_by_torch(VIT, image_model("vit"), settings)
    assert (forward_flops(VIT, shapes), training_flops(VIT, shapes)) == expected


@pytest.mark.parametrize("targets", ["all-linear", ("v_proj",), ("fc2",)], ids=str)
@pytest.mark.parametrize("factors", ["both", "b"])
@pytest.mark.parametrize("active", [None, 1, 3])
def test_counts_what_is_formed_when_part_is_trained(targets, factors, active) -> None:
    settings = AdapterSettings(rank=4, target_modules=targets, factors=factors)
    shapes = adapter_shapes(settings, VIT)
    forward, both_ways = counted_by_torch(VIT, image_model("vit"), settings, active)
    assert (forward_flops(VIT, shapes), training_flops(VIT, shapes, active)) == (forward, both_ways)
    assert training_flops(VIT, shapes, 4) == training_flops(VIT, shapes)


def test_counts_every_product_of_a_deit() -> None:
    encoder = vit_encoder(
        CONFIG, 10, "DeiTForImageClassification", prefix="deit", extra_tokens=("cls_token", "distillation_token")
    )
    shapes = adapter_shapes(AdapterSettings(), encoder)
    expected = counted_by_torch(encoder, image_model("deit"), AdapterSettings())
    assert (forward_flops(encoder, shapes), training_flops(encoder, shapes)) == expected


@pytest.mark.parametrize(
    ("family", "targets"),
    [
        ("bert", "all-linear"),
        ("bert", ("query", "output.dense")),
        ("albert", "all-linear"),
        ("albert", ("value", "ffn")),
        ("roberta", "all-linear"),
        ("distilbert", ("q_lin", "lin1")),
    ],
    ids=str,
)
def test_counts_every_product_of_a_text_model(text_model, family, targets) -> None:
    transformers = pytest.importorskip("transformers")
    directory, settings = text_model(family), AdapterSettings(rank=3, target_modules=targets)
    encoder = read_encoder(directory, classes=5, max_tokens=12)
    model = getattr(transformers, encoder.model_class).from_pretrained(
        directory, num_labels=5, attn_implementation="eager"
    )
    shapes = adapter_shapes(settings, encoder)
    expected = counted_by_torch(encoder, model, settings)
    assert (forward_flops(encoder, shapes), training_flops(encoder, shapes)) == expected


@pytest.mark.parametrize(("family", "targets"), [("bert", ("query", "value")), ("distilbert", "all-linear")], ids=str)
def test_counts_every_product_under_means_over_tokens(text_model, family, targets) -> None:
    transformers = pytest.importorskip("transformers")
    from wfsim.learning.mean_pooling import mean_pooled

    directory, settings = text_model(family), AdapterSettings(rank=3, target_modules=targets)
    encoder = read_encoder(directory, classes=5, max_tokens=12, pooling="mean")
    whole = getattr(transformers, encoder.model_class).from_pretrained(directory, attn_implementation="eager")
    shapes = adapter_shapes(settings, encoder)
    expected = counted_by_torch(encoder, mean_pooled(whole, encoder), settings)
    assert (forward_flops(encoder, shapes), training_flops(encoder, shapes)) == expected


def test_training_without_pairs_trains_the_head_alone() -> None:
    shapes = adapter_shapes(AdapterSettings(target_modules=()), VIT)
    assert training_flops(VIT, shapes) - forward_flops(VIT, shapes) == 2 * 64 * 10


def test_the_shipped_model_costs_what_it_always_did() -> None:
    """Journals rest on these numbers: one example of the shipped model, rank 4 on all linear layers, ten classes."""
    encoder = vit_encoder(
        VitConfig(hidden=64, layers=4, heads=4, intermediate=128, image=28, patch=7, channels=1, layer_norm_eps=1e-12),
        10,
        "ViTForImageClassification",
    )
    flops = [
        function(encoder, adapter_shapes(AdapterSettings(), encoder)) for function in (forward_flops, training_flops)
    ]
    assert np.array_equal(flops, PINNED)


PINNED = (5341440, 10923264)
