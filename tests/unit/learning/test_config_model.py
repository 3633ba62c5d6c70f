"""`model: {kind: config}`: any family's shapes without weights, for timing alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import wfsim
from wfsim.compress import Codec, Source
from wfsim.errors import ScenarioError, UsageError
from wfsim.learning.adapter import initial_adapter
from wfsim.learning.families import read_encoder
from wfsim.learning.models.config import Config
from wfsim.learning.models.tiny_vit import TinyVit
from wfsim.learning.workload import build_workload, weights_digest
from wfsim.messages import AdapterShapes, PairShape
from wfsim.planning.pilot import pilot_scenario
from wfsim.rng import Streams

SIZES = {"learning.kind": "none", "learning.data": {"kind": "sizes", "examples": 200}, "topology.devices": 2}


def model(folder: Path, **rest) -> dict:
    return {"learning.model": {"kind": "config", "path": str(folder / "config.json"), **rest}}


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert", "albert"])
def test_an_encoder_s_shapes_are_those_of_its_checkpoint(text_model, family) -> None:
    """A pooler counts as new, as it is for a checkpoint without one: of the four, ALBERT's here has one."""
    folder = text_model(family)
    known = Config(path=str(folder / "config.json"), max_tokens=8).encoder(3)
    stored = read_encoder(folder, classes=3, max_tokens=8)
    pooler = [layer for layer in stored.linears if "pooler" in layer.name]
    assert len(pooler) == (family == "albert")
    assert [*known.linears, *pooler] == [*stored.linears] and known.others == stored.others
    assert (known == stored) == (family != "albert")


def test_a_vit_takes_what_its_weights_take() -> None:
    """The same operations, and the same examples: only the base's own digest differs."""
    path = TinyVit().directory()
    real, known = (wfsim.load_scenario("digits", {"learning.kind": "none", **changes}) for changes in ({}, model(path)))
    devices = real.topology.device_names()
    works = [build_workload(each.learning, Streams(1), devices) for each in (real, known)]
    assert works[0].shapes == works[1].shapes and works[0].flops(devices[0]) == works[1].flops(devices[0])
    assert weights_digest(real.learning) != weights_digest(known.learning)


def test_the_run_id_follows_the_file_s_content_not_its_place(tmp_path) -> None:
    text = (TinyVit().directory() / "config.json").read_text()
    for folder, changed in (("a", text), ("b", text), ("c", text.replace("{", '{"note": 1, ', 1))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "config.json").write_text(changed)
    loaded = {f: wfsim.load_scenario("digits", {**SIZES, **model(tmp_path / f)}).learning for f in "abc"}
    assert weights_digest(loaded["a"]) == weights_digest(loaded["b"]) != weights_digest(loaded["c"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (model(TinyVit().directory()), "learning.model: config has no weights to train; give learning.kind none"),
        ({"learning.data": {"kind": "sizes", "examples": 9}}, "learning.data: sizes holds no examples to train on"),
    ],
)
def test_nothing_of_it_can_be_trained(changes, reason) -> None:
    with pytest.raises(ScenarioError, match=reason):
        wfsim.load_scenario("digits", changes)
    timing = wfsim.load_scenario("digits", {"learning.kind": "none", **changes})
    with pytest.raises(UsageError, match="--pilot trains: "):
        pilot_scenario(timing, [1], 2)


def test_data_that_exist_must_be_of_the_model_s_kind(tmp_path, text_model) -> None:
    scenario = wfsim.load_scenario("digits", {"learning.kind": "none", **model(text_model("bert"), max_tokens=8)})
    with pytest.raises(ScenarioError, match="learning.data: holds images, but the model .bert. classifies texts"):
        build_workload(scenario.learning, Streams(1), scenario.topology.device_names())


@pytest.mark.parametrize(("name", "reason"), [("nix.json", "no such file"), ("folder", "is a folder; name the file")])
def test_a_file_that_is_not_there(tmp_path, name, reason) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ScenarioError, match=reason):
        Config(path=str(tmp_path / name)).encoder(2)


@pytest.mark.parametrize("kind", sorted(Codec.kinds))
def test_codecs_work_without_a_head(kind) -> None:
    """A decoder's adapter is LoRA pairs alone."""
    shapes = AdapterShapes(rank=4, pairs=(PairShape("q", 24, 16), PairShape("v", 8, 16)), dense=())
    inner = {"kind": "soft", "keep": 4}
    fields = {"inner": inner} if kind in ("error_feedback", "zlib", "zstd") else {}
    codec = Codec.parse({"kind": kind, **fields})
    values = initial_adapter(shapes, Streams(1))
    source = Source(start=values, generator=Streams(1).generator("encode"))
    payload = codec.encode(values, shapes, 300, source)
    plan = codec.plan(shapes, 300)
    assert plan is None or plan.fragment_bytes == tuple(map(len, payload.fragments))
    _, mask = codec.decode(payload.fragments, shapes)
    assert payload.fragments and mask.any()


def test_a_tie_and_a_name_are_all_it_takes(tmp_path) -> None:
    """A hand-written file with the sizes alone."""
    sizes = {"hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 1, "num_attention_heads": 2}
    rest = {"vocab_size": 16, "max_position_embeddings": 16, "tie_word_embeddings": True}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mistral", **sizes, **rest}))
    encoder = Config(path=str(tmp_path / "config.json"), max_tokens=4).encoder(2)
    assert [tensor.name for tensor in encoder.others if "layers" not in tensor.name] == [
        "model.embed_tokens.weight",
        "model.norm.weight",
    ]
