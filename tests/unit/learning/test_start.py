from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, adapter_shapes, initial_adapter
from wfsim.learning.models import Model
from wfsim.learning.peft_format import CONFIG, WEIGHTS, write_peft
from wfsim.learning.start import first_adapter, start_digest
from wfsim.rng import Streams

SETTINGS = AdapterSettings(rank=2, alpha=4.0, target_modules=("q_proj", "fc2"))
ENCODER = Model.parse("tiny_vit").encoder(5)
SHAPES = adapter_shapes(SETTINGS, ENCODER)


@pytest.fixture
def folder(tmp_path):
    adapter = initial_adapter(SHAPES, Streams(7))
    write_peft(tmp_path, adapter, settings=SETTINGS, shapes=SHAPES, base_model_name="wfsim/test")
    return tmp_path


def settings(folder, **changes) -> AdapterSettings:
    return SETTINGS.model_copy(update={"start": str(folder), **changes})


def test_version_0_is_what_the_folder_holds(folder) -> None:
    first = first_adapter(settings(folder), SHAPES, Streams(1))
    assert np.array_equal(first.vector(), initial_adapter(SHAPES, Streams(7)).vector())
    random = first_adapter(SETTINGS, SHAPES, Streams(1))
    assert np.array_equal(random.vector(), initial_adapter(SHAPES, Streams(1)).vector())


def without(folder, *names: str) -> None:
    tensors = {name: value for name, value in load_file(folder / WEIGHTS).items() if not name.endswith(names)}
    save_file(tensors, folder / WEIGHTS)


def test_a_folder_without_a_head_gets_a_fresh_one(folder) -> None:
    without(folder, "classifier.weight", "classifier.bias")
    first = first_adapter(settings(folder), SHAPES, Streams(1))
    held, fresh = (initial_adapter(SHAPES, Streams(seed)) for seed in (7, 1))
    assert all(np.array_equal(pair.a, held.pairs[name].a) for name, pair in first.pairs.items())
    assert all(np.array_equal(value, fresh.dense[name]) for name, value in first.dense.items())


def test_a_folder_with_half_a_head_is_refused(folder) -> None:
    without(folder, "classifier.bias")
    with pytest.raises(ScenarioError, match="the adapter lacks base_model.model.classifier.bias"):
        first_adapter(settings(folder), SHAPES, Streams(1))


def test_the_digest_is_of_the_content(folder, tmp_path_factory) -> None:
    moved = folder.rename(tmp_path_factory.mktemp("elsewhere") / "adapter")
    before = start_digest(settings(moved))
    (moved / CONFIG).write_text((moved / CONFIG).read_text() + "\n")
    assert start_digest(settings(moved)) != before and start_digest(SETTINGS) == ""


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rank": 3}, r"adapter_config.json: r: is 2, but learning.adapter.rank is 3"),
        ({"alpha": 8.0}, r"adapter_config.json: lora_alpha: is 4.0, but learning.adapter.alpha is 8"),
        ({"target_modules": ("q_proj",)}, r"has a tensor that the scenario does not train: .*fc2"),
        ({"target_modules": "all-linear"}, r"the adapter lacks .*"),
    ],
)
def test_another_adapter_is_refused_in_one_line(folder, changes, says) -> None:
    asked = settings(folder, **changes)
    with pytest.raises(ScenarioError, match=says) as caught:
        first_adapter(asked, adapter_shapes(asked, ENCODER), Streams(1))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value"), [("peft_type", "IA3"), ("use_dora", True), ("bias", "all"), ("rank_pattern", {"x": 1})]
)
def test_only_plain_lora_is_read(folder, key, value) -> None:
    values = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps({**values, key: value}))
    with pytest.raises(ScenarioError, match=rf"{key}: is .*only"):
        first_adapter(settings(folder), SHAPES, Streams(1))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("init_lora_weights", how) for how in ("pissa", "pissa_niter_4", "OLoRA", "corda", "loftq", "lora_ga")),
        ("layer_replication", [[0, 1]]),
        ("target_parameters", ["weight"]),
        ("trainable_token_indices", [0]),
    ],
)
def test_an_adapter_of_a_changed_base_is_refused(folder, key, value) -> None:
    values = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps({**values, key: value}))
    with pytest.raises(ScenarioError, match=rf"adapter_config.json: {key}: is ") as caught:
        first_adapter(settings(folder), SHAPES, Streams(1))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("how", [True, False, None, "gaussian", "eva", "orthogonal"])
def test_how_an_adapter_on_the_plain_base_was_drawn_does_not_matter(folder, how) -> None:
    values = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps({**values, "init_lora_weights": how}))
    first_adapter(settings(folder), SHAPES, Streams(1))


def test_a_head_alone_has_neither_rank_nor_alpha(tmp_path) -> None:
    head = AdapterSettings(method="head", rank=2, alpha=4.0)
    shapes = adapter_shapes(head, ENCODER)
    held = initial_adapter(shapes, Streams(7))
    write_peft(tmp_path, held, settings=head, shapes=shapes, base_model_name="wfsim/test")
    other = AdapterSettings(method="head", rank=8, alpha=1.0, start=str(tmp_path))
    assert np.array_equal(first_adapter(other, adapter_shapes(other, ENCODER), Streams(1)).vector(), held.vector())


def test_missing_pickled_and_truncated_folders_are_refused(folder) -> None:
    with pytest.raises(ScenarioError, match="not a folder that PEFT wrote"):
        first_adapter(settings(folder / "nowhere"), SHAPES, Streams(1))
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1])
    with pytest.raises(ScenarioError, match="is truncated or is not a safetensors file"):
        first_adapter(settings(folder), SHAPES, Streams(1))
    (folder / WEIGHTS).rename(folder / "adapter_model.bin")
    with pytest.raises(ScenarioError, match=r"adapter_model.bin is pickled"):
        first_adapter(settings(folder), SHAPES, Streams(1))
