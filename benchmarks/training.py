"""One round of training, 20 devices x 10 steps x 16 images: a sequential PEFT loop against the stacked engine.

Prints the median of several interleaved repetitions and the ratio to the PEFT loop, all on one math thread per worker.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import peft
import torch
import transformers

import wfsim
from wfsim.learning.adapter import initial_adapter
from wfsim.learning.engine import Job
from wfsim.learning.runner import Runner
from wfsim.learning.workload import Workload, build_workload
from wfsim.rng import Streams

DEVICES, REPETITIONS = 20, 5


def prepare(chunk_jobs: int, workers: int) -> tuple[Workload, Runner, list[list[Job]]]:
    """Quickstart's jobs with ten steps each, cut into chunks."""
    engine = {"chunk_jobs": chunk_jobs, "chunk_workers": workers}
    scenario = wfsim.load_scenario("quickstart", {"learning.local.steps": 10, "learning.engine": engine})
    streams = Streams(1)
    workload = build_workload(scenario.learning, streams, scenario.topology.device_names())
    start = initial_adapter(workload.shapes, streams)
    jobs = [
        Job(
            device=device,
            round=1,
            base_version=0,
            start=start,
            batches=workload.settings.local.batches(streams, device, 1, indices),
        )
        for device, indices in workload.shards.train.items()
    ]
    return workload, Runner(workload), [jobs[i : i + chunk_jobs] for i in range(0, DEVICES, chunk_jobs)]


def stacked(chunk_jobs: int, workers: int) -> Callable[[], None]:
    _, runner, chunks = prepare(chunk_jobs, workers)
    return lambda: runner.compute(chunks) and None


def sequential_peft() -> Callable[[], None]:
    """Each device after the other: PEFT's layers, torch's optimiser."""
    workload, _, ((*jobs,),) = prepare(DEVICES, 1)
    base = transformers.ViTForImageClassification.from_pretrained(workload.settings.model.directory())
    targets = sorted({pair.name.rpartition(".")[2] for pair in workload.shapes.pairs})
    model = peft.get_peft_model(
        base, peft.LoraConfig(r=4, lora_alpha=8, target_modules=targets, modules_to_save=["classifier"])
    )
    pixels = ((torch.from_numpy(workload.dataset.train_inputs).float() / 255 - 0.5) / 0.5).unsqueeze(1)
    labels = torch.from_numpy(workload.dataset.train_labels)
    trained = [value for value in model.parameters() if value.requires_grad]

    def train() -> None:
        for job in jobs:
            optimizer = torch.optim.AdamW(trained, lr=0.01, weight_decay=0.0)
            for batch in job.batches:
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(pixel_values=pixels[batch]).logits, labels[batch]).backward()
                optimizer.step()

    return train


def main() -> None:
    torch.set_num_threads(1)
    peers = {
        "sequential PEFT": sequential_peft(),
        "chunks of 1, 1 worker": stacked(1, 1),
        "chunks of 5, 1 worker": stacked(5, 1),
        "chunks of 20, 1 worker": stacked(20, 1),
        "chunks of 5, 2 workers": stacked(5, 2),
    }
    for run in peers.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(REPETITIONS):
        for name, run in peers.items():
            begin = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - begin)
    reference = np.array(seconds["sequential PEFT"])
    for name, values in seconds.items():
        ratio = statistics.median(reference / np.array(values))
        print(f"{name:24s} {statistics.median(values):6.2f} s   {ratio:5.2f} x sequential PEFT")


if __name__ == "__main__":
    main()
