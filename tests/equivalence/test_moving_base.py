"""FLoRA and FedEx-LoRA against dense matrices: PEFT trains and merges, the merged weights are averaged."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

import wfsim
from wfsim.learning.adapter import fresh_pairs, initial_adapter
from wfsim.learning.families import ImageInput
from wfsim.learning.pixels import pixel_values, plain_preparation
from wfsim.learning.workload import Workload, build_workload
from wfsim.messages import Adapter, Pair
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
transformers = pytest.importorskip("transformers")

LR = 0.3
NEW_HEAD = {"num_labels": 10, "ignore_mismatched_sizes": True}
SMALL = {
    "stop.rounds": 2,
    "topology.devices": 3,
    "learning.partition": "iid",
    "learning.local": {"steps": 4, "batch_size": 8, "optimizer": {"kind": "sgd", "lr": LR}},
    "codec": {"kind": "dense", "values": "fp32"},
}


@pytest.fixture(scope="module")
def model(make_vit) -> Path:
    return make_vit(hidden_size=32)


def overrides(model: Path, aggregator: str) -> dict:
    return {**SMALL, "aggregator": aggregator, "learning.model": {"kind": "hugging_face", "path": str(model)}}


class Reference:
    """The federation on dense matrices, in PEFT and torch alone."""

    def __init__(self, model: Path, workload: Workload, *, restarts: bool) -> None:
        self.workload, self.restarts, self.streams = workload, restarts, Streams(1)
        self.base = transformers.ViTForImageClassification.from_pretrained(model, **NEW_HEAD).eval()
        self.adapter = initial_adapter(workload.shapes, self.streams)
        data = workload.dataset
        preparation = plain_preparation(ImageInput(size_px=8, channels=1))
        self.pixels, self.held_out = (
            pixel_values(preparation, images, torch.float32) for images in (data.train_inputs, data.test_inputs)
        )

    def peft_model(self):
        settings = self.workload.settings.adapter
        config = peft.LoraConfig(
            r=settings.rank,
            lora_alpha=settings.alpha,
            target_modules=[pair.name for pair in self.workload.shapes.pairs],
            modules_to_save=["classifier"],
        )
        model = peft.get_peft_model(copy.deepcopy(self.base), config).eval()
        with torch.no_grad():
            for name, (a, b) in self.adapter.pairs.items():
                layer = model.get_submodule(f"base_model.model.{name}")
                layer.lora_A["default"].weight.copy_(torch.from_numpy(a))
                layer.lora_B["default"].weight.copy_(torch.from_numpy(b))
            head = model.base_model.model.classifier.modules_to_save["default"]
            head.weight.copy_(torch.from_numpy(self.adapter.dense["classifier.weight"]))
            head.bias.copy_(torch.from_numpy(self.adapter.dense["classifier.bias"]))
        return model

    def round(self, number: int) -> None:
        local, shards = self.workload.settings.local, self.workload.shards.train
        weights = {device: len(rows) / sum(map(len, shards.values())) for device, rows in shards.items()}
        merged, factors = {}, {}
        for device, rows in shards.items():
            model = self.peft_model()
            self.train(model, local.batches(self.streams, device, number, rows))
            for name in self.adapter.pairs:
                layer = model.get_submodule(f"base_model.model.{name}")
                ends = (layer.lora_A["default"].weight.detach(), layer.lora_B["default"].weight.detach())
                factors[device, name] = [end.double().numpy().copy() for end in ends]
            merged[device] = {k: v.double() for k, v in model.merge_and_unload().state_dict().items()}
        mean = {key: sum(weights[d] * merged[d][key] for d in shards) for key in merged[device]}
        self.advance(number, mean, {n: self.mean_pair(n, factors, weights) for n in self.adapter.pairs})

    def mean_pair(self, name: str, factors: dict, weights: dict) -> Pair:
        return Pair(*(sum(weights[d] * factors[d, name][i] for d in weights) for i in (0, 1)))

    def advance(self, number: int, mean: dict, pairs: dict[str, Pair]) -> None:
        """The mean of merged weights less what the next adapter adds to them."""
        if self.restarts:
            pairs = fresh_pairs(self.workload.shapes, self.streams, number)
        scale = self.workload.settings.adapter.scale
        for name, (a, b) in pairs.items():
            mean[f"{name}.weight"] = mean[f"{name}.weight"] - scale * torch.from_numpy(b @ a)
        self.base.load_state_dict({key: value.float() for key, value in mean.items()})
        dense = {f"classifier.{n}": mean[f"classifier.{n}"].float().numpy() for n in ("weight", "bias")}
        self.adapter = Adapter(
            pairs={n: Pair(*(f.astype(np.float32) for f in p)) for n, p in pairs.items()}, dense=dense
        )

    def train(self, model, batches) -> None:
        labels = torch.from_numpy(self.workload.dataset.train_labels)
        optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=LR)
        for batch in batches:
            optimizer.zero_grad()
            logits = model(pixel_values=self.pixels[batch]).logits
            torch.nn.functional.cross_entropy(logits, labels[batch]).backward()
            optimizer.step()

    def loss(self) -> float:
        with torch.no_grad():
            logits = self.peft_model()(pixel_values=self.held_out).logits
        target = torch.from_numpy(self.workload.dataset.test_labels)
        return torch.nn.functional.cross_entropy(logits.double(), target).item()


@pytest.mark.parametrize("aggregator", ["flora", "fedex"])
def test_two_rounds_are_those_on_dense_matrices_and_the_export_is_the_model(model, tmp_path, aggregator) -> None:
    run = wfsim.run(load_scenario("digits", overrides(model, aggregator)), out=tmp_path / "run")
    losses = [line["loss"] for line in run.journal() if line["type"] == "evaluated"]
    scenario = load_scenario(run.path / "scenario.yaml")
    workload = build_workload(scenario.learning, Streams(1), scenario.topology.device_names())
    reference = Reference(model, workload, restarts=aggregator == "flora")
    begun, found = reference.loss(), []
    for number in (1, 2):
        reference.round(number)
        found.append(reference.loss())
    assert losses == pytest.approx(found, abs=2e-5) and abs(begun - found[1]) > 0.01
    base = transformers.ViTForImageClassification.from_pretrained(run.path / "adapter" / "base")
    loaded = peft.PeftModel.from_pretrained(base, run.path / "adapter").eval()
    with torch.no_grad():
        ours = loaded(pixel_values=reference.held_out).logits
        theirs = reference.peft_model()(pixel_values=reference.held_out).logits
    assert (ours - theirs).abs().max() <= 2e-5
    target = torch.from_numpy(workload.dataset.test_labels)
    assert torch.nn.functional.cross_entropy(ours, target).item() == pytest.approx(losses[-1], abs=1e-6)
    assert (ours.argmax(1) == target).double().mean().item() == pytest.approx(run.summary["final_accuracy"])
    original = transformers.ViTForImageClassification.from_pretrained(model, **NEW_HEAD)
    with torch.no_grad():
        alone = (
            peft.PeftModel.from_pretrained(original, run.path / "adapter")
            .eval()(pixel_values=reference.held_out)
            .logits
        )
    assert (alone - theirs).abs().max() > 1e-3  # the adapter without its base is another model


def test_the_export_holds_the_base_and_says_nothing_of_this_machine(model, tmp_path) -> None:
    from wfsim.results.export import export

    runs = [wfsim.run(load_scenario("digits", overrides(model, "flora")), out=tmp_path / name / "run") for name in "ab"]
    folders = [export(run, "peft", tmp_path / f"out{number}") for number, run in enumerate(runs)]
    export(runs[0], "peft", folders[0], force=True)
    names = sorted(path.relative_to(folders[0]).as_posix() for path in folders[0].rglob("*") if path.is_file())
    assert {"adapter_model.safetensors", "base/config.json", "base/model.safetensors"} <= set(names)
    for name in names:
        content = (folders[0] / name).read_bytes()
        assert content == (folders[1] / name).read_bytes()
        assert str(tmp_path).encode() not in content and str(model).encode() not in content


def downloads(lines: list[dict]) -> list[tuple[str, float]]:
    return [
        (x["transfer"], x["sent_bits"]) for x in lines if x["type"] == "transfer_ended" and "down/" in x["transfer"]
    ]


LATE = [
    "topology.devices=5",
    "stop.rounds=4",
    "learning.local.steps=1",
    "controller={kind: random, devices: 2}",
    "radio.downlink={kind: unicast, codec: {values: int8}}",
]


@pytest.mark.parametrize("aggregator", ["flora", "fedex"])
def test_sizes_are_those_of_a_run_that_trains_nothing(play, aggregator) -> None:
    whole = [*LATE, f"aggregator={aggregator}"]
    trained, timed = play("digits.yaml", whole), play("digits.yaml", [*whole, "learning.kind=none"])
    assert downloads(trained) == downloads(timed)
    assert len({bits for _, bits in downloads(timed)}) > 3  # who is behind is sent more
