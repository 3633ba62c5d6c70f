from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, adapter_shapes, initial_adapter
from wfsim.learning.families import Encoder
from wfsim.learning.families.vit import vit_encoder
from wfsim.learning.vit_config import VitConfig
from wfsim.rng import Streams

CONFIG = VitConfig(hidden=64, layers=3, heads=4, intermediate=128, image=28, patch=7, channels=1, layer_norm_eps=1e-12)


def encoder(classes: int) -> Encoder:
    return vit_encoder(CONFIG, classes, "ViTForImageClassification")


def test_all_linear_has_six_pairs_a_layer_and_the_head():
    shapes = adapter_shapes(AdapterSettings(rank=4), encoder(10))
    assert len(shapes.pairs) == 18
    assert [tensor.name for tensor in shapes.dense] == ["classifier.weight", "classifier.bias"]
    assert shapes.entries == 3 * 4 * (4 * 128 + 2 * 192) + 650


def test_named_targets_keep_forward_order():
    shapes = adapter_shapes(AdapterSettings(target_modules=("v_proj", "q_proj")), encoder(10))
    assert [pair.name.split(".", 2)[2] for pair in shapes.pairs[:3]] == [
        "0.attention.q_proj",
        "0.attention.v_proj",
        "1.attention.q_proj",
    ]


def test_unknown_target_names_the_nearest():
    with pytest.raises(ScenarioError, match="no linear layer called 'q_pro'.*did you mean 'q_proj'"):
        adapter_shapes(AdapterSettings(target_modules=("q_pro",)), encoder(10))


def test_one_class_is_refused():
    with pytest.raises(ScenarioError, match="at least 2"):
        adapter_shapes(AdapterSettings(), encoder(1))


def test_factors_say_what_is_trained_and_sent():
    both, only_b = (adapter_shapes(AdapterSettings(factors=factors), encoder(10)) for factors in ("both", "b"))
    assert both.trained.all() and both.entries == only_b.entries
    assert only_b.trained.sum() == 3 * 4 * (5 * 64 + 128) + 650
    start, other = initial_adapter(both, Streams(5)), initial_adapter(only_b, Streams(5))
    assert np.array_equal(start.vector(), other.vector())


def test_scale():
    assert AdapterSettings(rank=4, alpha=8.0).scale == 2.0


@pytest.mark.parametrize(
    "values", [{"rank": 0}, {"alpha": 0.0}, {"rnk": 1}, {"factors": "a"}, {"target_modules": "all_linear"}]
)
def test_settings_out_of_range(values):
    with pytest.raises(ValidationError):
        AdapterSettings.model_validate(values)


def test_initial_laws():
    adapter = initial_adapter(adapter_shapes(AdapterSettings(rank=16), encoder(100)), Streams(5))
    a = np.concatenate([p.a.ravel() for p in adapter.pairs.values() if p.a.shape[1] == 64]) * 8.0
    assert abs(a.mean()) < 4.5 / np.sqrt(3 * a.size) and abs(a).max() <= 1.0
    assert abs((a**2).mean() - 1 / 3) < 4.5 * np.sqrt(4 / 45 / a.size)
    assert all(not p.b.any() for p in adapter.pairs.values())
    head = adapter.dense["classifier.weight"] / 0.02
    assert abs((head**2).mean() - 1.0) < 4.5 * np.sqrt(2 / head.size)
    assert not adapter.dense["classifier.bias"].any() and adapter.vector().dtype == np.float32


def test_other_tensors_do_not_shift_a_tensor():
    few = initial_adapter(adapter_shapes(AdapterSettings(target_modules=("v_proj",)), encoder(10)), Streams(5))
    many = initial_adapter(adapter_shapes(AdapterSettings(), encoder(10)), Streams(5))
    assert all(np.array_equal(pair.a, many.pairs[name].a) for name, pair in few.pairs.items())
    assert np.array_equal(few.dense["classifier.weight"], many.dense["classifier.weight"])
