"""Flower's side of `peers.py`: its message API, its FedAvg, its simulation engine. Imports nothing of wfsim.

Two clients run at once (one CPU each of two). A client loads model and data once per process and then keeps them.
"""

from __future__ import annotations

import functools
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg
from flwr.simulation import run_simulation

FOLDER = "WFSIM_PEERS_FOLDER"
client, server = ClientApp(), ServerApp()


@functools.cache
def job() -> dict[str, Any]:
    folder = Path(os.environ[FOLDER])
    facts, arrays = json.loads((folder / "job.json").read_text()), np.load(folder / "job.npz")
    return {**facts, **{name: arrays[name] for name in arrays.files}}


@functools.cache
def model() -> Any:
    """The shipped ViT under PEFT, as version 0 of the federation has it."""
    from peft import PeftModel
    from transformers import ViTForImageClassification

    torch.set_num_threads(1)
    base = ViTForImageClassification.from_pretrained(
        job()["model"], num_labels=job()["classes"], ignore_mismatched_sizes=True
    )
    return PeftModel.from_pretrained(base, Path(os.environ[FOLDER]) / "adapter", is_trainable=True).eval()


@functools.cache
def pixels(part: str) -> torch.Tensor:
    return ((torch.from_numpy(job()[f"{part}_inputs"]).float() / 255 - 0.5) / 0.5).unsqueeze(1)


def trained() -> dict[str, torch.nn.Parameter]:
    return {name: value for name, value in model().named_parameters() if value.requires_grad}


def put(arrays: ArrayRecord) -> None:
    with torch.no_grad():
        for name, value in arrays.to_torch_state_dict().items():
            trained()[name].copy_(value)


def taken() -> ArrayRecord:
    return ArrayRecord({name: value.detach().clone() for name, value in trained().items()})


@client.train()
def train(message: Message, context: Context) -> Message:
    put(message.content["arrays"])
    number, turn = context.node_config["partition-id"], message.content["config"]["server-round"]
    order, labels = torch.from_numpy(job()[f"order_{number}_{turn}"]), torch.from_numpy(job()["train_labels"])
    optimizer = torch.optim.AdamW(trained().values(), lr=job()["lr"], weight_decay=0.0)
    for batch in order.split(job()["batch_size"]):
        optimizer.zero_grad()
        logits = model()(pixel_values=pixels("train")[batch]).logits
        torch.nn.functional.cross_entropy(logits, labels[batch]).backward()
        optimizer.step()
    metrics = MetricRecord({"num-examples": len(order)})
    return Message(content=RecordDict({"arrays": taken(), "metrics": metrics}), reply_to=message)


@server.main()
def serve(grid: Grid, context: Context) -> None:
    ends: list[float] = []
    accuracies: list[float] = []

    def evaluate(turn: int, arrays: ArrayRecord) -> MetricRecord:
        put(arrays)
        labels = torch.from_numpy(job()["test_labels"])
        with torch.no_grad():
            logits = torch.cat([model()(pixel_values=part).logits for part in pixels("test").split(250)])
        accuracies.append((logits.argmax(1) == labels).double().mean().item())
        ends.append(time.time())
        return MetricRecord({"accuracy": accuracies[-1]})

    devices = job()["devices"]
    strategy = FedAvg(fraction_train=1.0, fraction_evaluate=0.0, min_train_nodes=devices, min_available_nodes=devices)
    strategy.start(grid=grid, initial_arrays=taken(), num_rounds=job()["rounds"], evaluate_fn=evaluate)
    noted = {"ends": ends, "accuracies": accuracies}
    (Path(os.environ[FOLDER]) / "flower.json").write_text(json.dumps(noted))


def run_flower(folder: Path) -> None:
    os.environ[FOLDER] = str(folder)
    resources = {"num_cpus": 1, "num_gpus": 0.0}
    backend = {"client_resources": resources, "init_args": {"num_cpus": job()["cores"], "include_dashboard": False}}
    run_simulation(server_app=server, client_app=client, num_supernodes=job()["devices"], backend_config=backend)
