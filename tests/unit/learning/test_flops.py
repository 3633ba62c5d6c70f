from __future__ import annotations

import pytest

from wfsim.learning.adapter import AdapterSettings, adapter_shapes
from wfsim.learning.flops import forward_flops, training_flops
from wfsim.learning.vit_config import VitConfig

CONFIG = VitConfig(hidden=64, layers=3, heads=4, intermediate=128, image=28, patch=7, channels=1, layer_norm_eps=1e-12)
EXAMPLES = 2


def counted_by_torch(targets: list[str], rank: int) -> tuple[int, int]:
    """FLOPs of one example, forward and with backward, that torch counts in PEFT's own model."""
    torch, peft = pytest.importorskip("torch"), pytest.importorskip("peft")
    transformers = pytest.importorskip("transformers")
    from torch.utils.flop_counter import FlopCounterMode

    config = transformers.ViTConfig(
        hidden_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=128,
        image_size=28,
        patch_size=7,
        num_channels=1,
        num_labels=10,
        attn_implementation="eager",
    )
    model = transformers.ViTForImageClassification(config)
    model = peft.get_peft_model(model, peft.LoraConfig(r=rank, target_modules=targets, modules_to_save=["classifier"]))
    with FlopCounterMode(display=False) as counter:
        loss = model(pixel_values=torch.zeros(EXAMPLES, 1, 28, 28)).logits.sum()
        forward = counter.get_total_flops()
        loss.backward()
    return forward // EXAMPLES, counter.get_total_flops() // EXAMPLES


@pytest.mark.parametrize("rank", [1, 4])
def test_counts_every_product_of_peft(rank):
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "fc1", "fc2"]
    shapes = adapter_shapes(AdapterSettings(rank=rank), CONFIG, 10)
    assert (forward_flops(CONFIG, shapes), training_flops(CONFIG, shapes)) == counted_by_torch(targets, rank)


@pytest.mark.parametrize("targets", [("q_proj", "v_proj"), ("fc2",)])
def test_part_of_the_layers(targets):
    shapes = adapter_shapes(AdapterSettings(rank=4, target_modules=targets), CONFIG, 10)
    forward, training = counted_by_torch(list(targets), 4)
    assert forward_flops(CONFIG, shapes) == forward
    assert training_flops(CONFIG, shapes) == training


def test_training_without_pairs_trains_the_head_alone():
    shapes = adapter_shapes(AdapterSettings(target_modules=()), CONFIG, 10)
    assert training_flops(CONFIG, shapes) - forward_flops(CONFIG, shapes) == 2 * 64 * 10
