from __future__ import annotations

import json
from pathlib import Path

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.families import FAMILIES, read_encoder
from wfsim.learning.models import Model


@pytest.mark.parametrize("family", ["bert", "albert", "roberta", "distilbert"])
@pytest.mark.parametrize("pooler", [True, False])
def test_names_and_shapes_are_those_of_the_class_at_run_time(tmp_path, text_model, family, pooler) -> None:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    directory = text_model(family)
    encoder = read_encoder(directory, classes=3, max_tokens=8)
    model_class = getattr(transformers, encoder.model_class)
    if pooler:
        model_class.from_pretrained(directory, num_labels=3).save_pretrained(tmp_path)
        encoder = read_encoder(tmp_path, classes=3, max_tokens=8)
    model = model_class.from_pretrained(directory, num_labels=3)
    layers = {n: tuple(m.weight.shape) for n, m in model.named_modules() if isinstance(m, torch.nn.Linear)}
    head = {layer.name: layer[1:] for module in encoder.head for layer in module.linears}
    assert {layer.name: layer[1:] for layer in encoder.linears} | head == layers
    assert not head.keys() & {layer.name for layer in encoder.linears}
    names = tuple(f"{module.name}." for module in encoder.head)
    frozen = {n: tuple(p.shape) for n, p in model.named_parameters() if not n.startswith(names)}
    assert dict(encoder.frozen) == frozen
    for module in encoder.head:
        found = {name: tuple(value.shape) for name, value in model.get_submodule(module.name).named_parameters()}
        assert {f"{module.name}.{name}": shape for name, shape in found.items()} == dict(module.tensors)


@pytest.mark.parametrize(("family", "qkv_bias"), [("ViT", True), ("ViT", False), ("DeiT", True)])
@pytest.mark.parametrize("what", ["Model", "ForImageClassification"])
def test_vision_models_are_known_tensor_by_tensor(tmp_path, family, qkv_bias, what) -> None:
    transformers = pytest.importorskip("transformers")
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
    config = getattr(transformers, f"{family}Config")(**sizes, image_size=8, patch_size=4, qkv_bias=qkv_bias)
    getattr(transformers, f"{family}{what}")(config).save_pretrained(tmp_path)
    encoder = read_encoder(tmp_path, classes=3)
    model = getattr(transformers, encoder.model_class)(config)
    frozen = {n: tuple(p.shape) for n, p in model.named_parameters() if not n.startswith("classifier.")}
    assert dict(encoder.frozen) == frozen


def test_a_shared_layer_is_one_target_used_many_times(text_model) -> None:
    encoder = read_encoder(text_model("albert"), classes=3, max_tokens=8)
    uses = [block for block in encoder.blocks if block.modules[0].name.endswith("attention.query")]
    assert len(uses) == 2 and len(encoder.linears) == 1 + 6 + 1


def copied(folder: Path, to: Path, **changes) -> Path:
    config = json.loads((folder / "config.json").read_text())
    (to / "config.json").write_text(json.dumps({**config, **changes}))
    (to / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    return to


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model_type": "xglm"}, f"no family called 'xglm'; known: {', '.join(sorted(FAMILIES))}"),
        ({"model_type": "berd"}, "did you mean 'bert'"),
        ({"hidden_size": 0}, "config.json: hidden_size: is 0; needs a whole number >= 1"),
        ({"pad_token_id": -1}, "pad_token_id: is -1"),
        ({"quantization_config": {"bits": 8}}, "quantization_config: only weights that are not quantised are read"),
    ],
)
def test_what_is_not_known_is_refused(tmp_path, text_model, changes, says) -> None:
    with pytest.raises(ScenarioError, match=says):
        read_encoder(copied(text_model("bert"), tmp_path, **changes), classes=3, max_tokens=8)


@pytest.mark.parametrize(("family", "positions"), [("bert", 40), ("roberta", 39)])
def test_texts_are_no_longer_than_the_model_has_positions(text_model, family, positions) -> None:
    read_encoder(text_model(family), classes=3, max_tokens=positions)
    with pytest.raises(
        ScenarioError, match=f"learning.model.max_tokens: {positions + 1}: .*at most {positions} tokens"
    ):
        read_encoder(text_model(family), classes=3, max_tokens=positions + 1)


def test_a_config_that_is_no_json_object_is_refused_in_one_line(tmp_path) -> None:
    for text in ("{", "[]", "\xff"):
        (tmp_path / "config.json").write_text(text, encoding="latin-1")
        with pytest.raises(ScenarioError, match=r"config.json: is not (a )?JSON") as caught:
            read_encoder(tmp_path, classes=3)
        assert "\n" not in str(caught.value)


def test_the_shipped_model_is_a_vit() -> None:
    encoder = Model.parse("tiny_vit").encoder(10)
    assert (encoder.task, encoder.tokens, len(encoder.linears)) == ("image", 17, 24)
