"""A classifier over the mean of a text's tokens, on any encoder of texts."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.adapter import AdapterSettings, adapter_shapes
from wfsim.learning.families import read_encoder
from wfsim.learning.models import Model

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
safetensors = pytest.importorskip("safetensors.numpy")

FAMILIES = ["bert", "albert", "roberta", "distilbert"]
HEAD_ALONE = AdapterSettings(method="head")


def read(folder: Path):
    return read_encoder(folder, classes=3, max_tokens=8, pooling="mean")


def load(folder: Path):
    from wfsim.learning.peft_model import load_plain_model

    encoder = read(folder)
    return load_plain_model(folder, encoder, adapter_shapes(HEAD_ALONE, encoder), torch.float64)


@pytest.mark.parametrize("family", FAMILIES)
def test_names_and_shapes_are_those_at_run_time(text_model, family) -> None:
    encoder, model = read(text_model(family)), load(text_model(family))
    frozen = {n: tuple(p.shape) for n, p in model.named_parameters() if not p.requires_grad}
    head = {n: tuple(p.shape) for n, p in model.named_parameters() if p.requires_grad}
    assert dict(encoder.frozen) == frozen
    assert dict(encoder.head[0].tensors) == head == {"classifier.weight": (3, 32), "classifier.bias": (3,)}
    assert not any("pooler" in name for name in frozen) and all(b.rows == 8 for b in encoder.blocks)


@pytest.mark.parametrize("family", FAMILIES)
def test_logits_are_those_of_the_mean_over_real_tokens(text_model, family) -> None:
    model, ids = load(text_model(family)), torch.tensor([[5, 6, 7], [8, 0, 0]])
    plain = transformers.AutoModel.from_pretrained(text_model(family)).double().eval()
    found = model(input_ids=ids, attention_mask=torch.tensor([[1, 1, 1], [1, 0, 0]])).logits
    for row, real in enumerate((3, 1)):
        mean = plain(input_ids=ids[row : row + 1, :real]).last_hidden_state[0].mean(0)
        assert torch.allclose(found[row], model.classifier(mean), atol=1e-12)


@pytest.mark.parametrize("lost", ["pooler.dense.bias", "pooler.dense.weight"])
def test_a_pooler_is_not_needed(text_model, tmp_path, lost) -> None:
    folder = shutil.copytree(text_model("bert"), tmp_path / "bert")
    transformers.BertModel.from_pretrained(folder).save_pretrained(folder)
    path = folder / "model.safetensors"
    tensors = {name: value for name, value in safetensors.load_file(path).items() if name != lost}
    safetensors.save_file(tensors, path, metadata={"format": "pt"})
    load(folder)
    with pytest.raises(ScenarioError, match=f"lacks bert.{lost}"):
        read_encoder(folder, classes=3, max_tokens=8)


def test_a_frozen_tensor_that_transformers_would_draw_anew_is_refused(text_model, tmp_path) -> None:
    folder = shutil.copytree(text_model("bert"), tmp_path / "bert")
    encoder, path = read(folder), folder / "model.safetensors"
    name = next(n for n in safetensors.load_file(path) if n.endswith("layer.1.output.dense.weight"))
    tensors = {key: value for key, value in safetensors.load_file(path).items() if key != name}
    safetensors.save_file(tensors, path, metadata={"format": "pt"})
    from wfsim.learning.peft_model import load_plain_model

    with pytest.raises(ScenarioError, match="no fitting bert.encoder.layer.1.output.dense.weight"):
        load_plain_model(folder, encoder, adapter_shapes(HEAD_ALONE, encoder), torch.float32)


def test_models_that_classify_no_texts_are_refused_in_one_line(make_vit, language_model) -> None:
    for folder, does in ((make_vit(), "vit classifies images"), (language_model("gpt2"), "gpt2 predicts the next")):
        with pytest.raises(ScenarioError, match=f"learning.model.pooling: mean is for texts to classify; {does}"):
            Model.parse({"kind": "hugging_face", "path": str(folder), "max_tokens": 8, "pooling": "mean"}).encoder(3)


def test_the_kinds_have_their_own_defaults(minilm_package, text_model, hub) -> None:
    hub("wfsim/bert", text_model("bert"))
    folder = {"kind": "hugging_face", "path": str(text_model("bert")), "max_tokens": 8}
    named = {"kind": "hub", "name": "wfsim/bert", "max_tokens": 8}
    assert [Model.parse(kind).encoder(3).pooling for kind in (folder, named, "minilm")] == ["first", "first", "mean"]
    for kind in (folder, named):
        assert Model.parse({**kind, "pooling": "mean"}).encoder(3) == read(text_model("bert"))


def test_means_and_their_gradient_leave_padding_out() -> None:
    from wfsim.learning.text_rows import packed

    lengths, x = np.array([1, 2, 2, 4]), torch.randn(9, 3, dtype=torch.float64)
    expected = torch.stack([part.mean(0) for part in x.split(lengths.tolist())])
    for buckets in (True, False):
        pack = packed(lengths, buckets=buckets)
        rows = pack.laid_out(x).clone().requires_grad_()
        means = pack.means(rows)
        assert torch.allclose(means, expected, atol=1e-14)
        gradient = torch.randn_like(means)
        means.backward(gradient)
        assert torch.allclose(pack.spread(gradient), rows.grad, atol=1e-14)
