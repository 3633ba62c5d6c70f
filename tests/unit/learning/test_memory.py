"""Memory of training, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, adapter_shapes
from wfsim.learning.memory import Memory, activations, require_memory, training_memory
from wfsim.learning.models.config import Config
from wfsim.learning.optimizer.sgd import Sgd
from wfsim.learning.settings import Learning, LocalTraining

LLAMA_7B = Path(__file__).parents[3] / "scenarios" / "configs" / "llama_2_7b.json"
LINEAR, OTHERS = 6_476_005_376, 262_410_240  # 32 (4 x 4096^2 + 3 x 4096 x 11008); 2 x 32000 x 4096 + 65 x 4096
ENTRIES = 39_976_960


def memory(weights: str = "bf16", factors: str = "both", **local) -> Memory:
    model = Config(path=str(LLAMA_7B), max_tokens=512, weights=weights)
    adapter = AdapterSettings(rank=16, factors=factors)
    settings = Learning(kind="none", model=model, adapter=adapter, local=LocalTraining(**{"batch_size": 4, **local}))
    encoder = model.encoder(2)
    return training_memory(settings, encoder, adapter_shapes(adapter, encoder))


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ("fp32", 4 * (LINEAR + OTHERS)),
        ("bf16", 2 * (LINEAR + OTHERS)),
        ("int8", LINEAR + 2 * OTHERS),
        ("int4", LINEAR // 2 + LINEAR // 16 + 2 * OTHERS),  # a 4-byte scale per 64 weights
    ],
)
def test_frozen_weights(weights, expected) -> None:
    assert memory(weights).weights_bytes == expected


def test_adapter_gradients_and_state_are_kept_at_32_bits() -> None:
    adamw, sgd = memory(), memory(optimizer=Sgd())
    assert (adamw.adapter_bytes, adamw.gradient_bytes, adamw.optimizer_bytes) == (
        4 * ENTRIES,
        4 * ENTRIES,
        8 * ENTRIES,
    )
    assert (sgd.gradient_bytes, sgd.optimizer_bytes) == (4 * ENTRIES, 0)
    trained = 32 * 16 * (5 * 4096 + 2 * 11008)  # B alone
    frozen = memory(factors="b")
    assert (frozen.adapter_bytes, frozen.gradient_bytes) == (4 * ENTRIES, 4 * trained)


def test_activations_of_a_decoder() -> None:
    """Per token and layer (h + 3 h) + 2 h + (h + 2 i) + (i + h), behind them h + V; two bytes each."""
    values = 4 * 512 * (32 * (8 * 4096 + 3 * 11008) + 4096 + 32_000)
    assert memory().activation_bytes == 2 * values
    assert memory(batch_size=1).activation_bytes == values // 2
    assert memory("fp32").activation_bytes == 4 * values


def test_activations_are_those_of_korthikanti_et_al(tmp_path) -> None:
    """34 s b h bytes a layer at 16 bits, less 2 s b h of masks of dropout; a feed-forward net four times as wide."""
    hidden, layers, tokens = 32, 3, 8
    sizes = {"hidden_size": hidden, "intermediate_size": 4 * hidden, "num_hidden_layers": layers, "vocab_size": 64}
    config = {"model_type": "bert", **sizes, "num_attention_heads": 4, "max_position_embeddings": 16}
    (tmp_path / "config.json").write_text(json.dumps(config))
    encoder = Config(path=str(tmp_path / "config.json"), max_tokens=tokens).encoder(2)
    assert 2 * activations(encoder) == layers * (34 - 2) * tokens * hidden


def test_a_job_that_does_not_fit_is_refused_with_its_parts() -> None:
    need = memory()
    require_memory(need, None)
    require_memory(need, need.total_bytes)
    with pytest.raises(ScenarioError, match="takes 22.89 GB .weights 13.48, adapter 0.1599, .* has 16 GB") as caught:
        require_memory(need, 16e9)
    assert caught.value.path == "devices.compute.memory_bytes"


def test_total_is_the_sum() -> None:
    parts = {"weights_bytes": 1, "adapter_bytes": 2, "gradient_bytes": 4, "optimizer_bytes": 8, "activation_bytes": 16}
    assert Memory(**parts).total_bytes == 31
