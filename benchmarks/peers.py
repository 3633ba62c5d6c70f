"""The same federation through Flower's simulation engine and through wfsim, start-up included and per round.

Quickstart's model, data, partition, LoRA, minibatches, AdamW and FedAvg on both sides, one evaluation of the same rows
per round, two clients at once on one math thread each. wfsim also simulates the cell: radio, packets, energy. Flower
runs in an interpreter of its own, since its pins (typer < 0.21) exclude wfsim's:

    python -m venv flower && flower/bin/pip install -r benchmarks/peers.txt
    python benchmarks/peers.py --flower flower/bin/python

Every repetition is a fresh process of each side, in turn. Flower's clients keep their model between messages, which is
kinder than its tutorials. Seconds of a round: median of the distances between evaluations; start-up: all the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import wfsim
from wfsim.learning.peft_format import write_peft
from wfsim.learning.start import first_adapter
from wfsim.learning.workload import build_workload
from wfsim.rng import Streams

HERE, CORES = Path(__file__).parent, 2
SIDES = {"flower": "peers_flower", "wfsim": "peers"}
Figures = dict[str, float]


def federation(rounds: int) -> Any:
    """Quickstart with so many rounds, two chunks at once."""
    return wfsim.load_scenario("quickstart", {"stop.rounds": rounds, "learning.engine.chunk_workers": CORES})


def write_job(folder: Path, rounds: int) -> None:
    """What Flower's side needs: images, labels, minibatches of every device and round, and version 0 in PEFT's form."""
    scenario, streams = federation(rounds), Streams(1)
    names = scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, names)
    settings, data = workload.settings, workload.dataset
    arrays = {name: getattr(data, name) for name in ("train_inputs", "train_labels", "test_inputs", "test_labels")}
    for number, device in enumerate(names):
        indices = workload.shards.train[device]
        for turn in range(1, rounds + 1):
            batches = settings.local.batches(streams, device, turn, indices)
            arrays[f"order_{number}_{turn}"] = np.concatenate(batches)
    np.savez(folder / "job.npz", **arrays)
    version_0 = first_adapter(settings.adapter, workload.shapes, streams)
    write_peft(
        folder / "adapter", version_0, settings=settings.adapter, shapes=workload.shapes, base_model_name="tiny_vit"
    )
    facts = {"model": str(settings.model.directory()), "classes": data.classes, "devices": len(names), "rounds": rounds}
    facts |= {"batch_size": settings.local.batch_size, "lr": settings.local.optimizer.lr, "cores": CORES}
    (folder / "job.json").write_text(json.dumps(facts))


def run_wfsim(folder: Path) -> None:
    """wfsim's side: a run into a folder, noting when each evaluation was done."""
    rounds = json.loads((folder / "job.json").read_text())["rounds"]
    ends, accuracies = [], []

    def note(line: dict[str, Any]) -> None:
        if line["type"] == "evaluated":
            ends.append(time.time())
            accuracies.append(line["accuracy"])

    with tempfile.TemporaryDirectory() as out:
        wfsim.run(federation(rounds), out=Path(out) / "run", sinks=[note])
    (folder / "wfsim.json").write_text(json.dumps({"ends": ends, "accuracies": accuracies}))


def measured(python: str, side: str, folder: Path, rounds: int) -> Figures:
    """Seconds of one fresh process of a side, and the accuracy it ended with. Raises CalledProcessError."""
    quiet = {"FLWR_TELEMETRY_ENABLED": "0", "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}
    places = os.pathsep.join([str(HERE), str(Path(wfsim.__file__).parents[1])])
    command = [python, "-c", f"import {SIDES[side]} as side, pathlib; side.run_{side}(pathlib.Path({str(folder)!r}))"]
    begin = time.time()
    environment = {**os.environ, **quiet, "OMP_NUM_THREADS": "1", "PYTHONPATH": places}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    total_s = time.time() - begin
    if done.returncode:
        sys.exit(f"{side} failed:\n{done.stderr[-4000:]}")
    noted = json.loads((folder / f"{side}.json").read_text())
    round_s = statistics.median(np.diff(noted["ends"][-rounds:]).tolist())
    return {
        "total_s": total_s,
        "round_s": round_s,
        "start_up_s": total_s - rounds * round_s,
        "accuracy": noted["accuracies"][-1],
    }


def medians(runs: list[Figures]) -> Figures:
    """Figure by figure."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def report(found: dict[str, list[Figures]], rounds: int) -> dict[str, Any]:
    """Print the table; the figures by name."""
    figures = {side: medians(runs) for side, runs in found.items()}
    print(f"{rounds} rounds of 20 devices, medians of {len(found['wfsim'])} repetitions in turn, {CORES} cores")
    print(f"{'':8}{'whole run':>12}{'start-up':>12}{'a round':>12}{'final accuracy':>17}")
    for side, each in figures.items():
        seconds = "".join(f"{each[name]:>10.2f} s" for name in ("total_s", "start_up_s", "round_s"))
        print(f"{side:8}{seconds}{each['accuracy']:>17.4f}")
    ratios = {
        f"ratio_{name.removesuffix('_s')}": statistics.median(
            theirs[name] / ours[name] for theirs, ours in zip(found["flower"], found["wfsim"], strict=True)
        )
        for name in ("total_s", "round_s")
    }
    print("Flower's seconds over wfsim's: " + ", ".join(f"{name[6:]} {value:.2f}" for name, value in ratios.items()))
    facts = {f"{side}_{name}": value for side, each in figures.items() for name, value in each.items()}
    return {"benchmark": "peers", "rounds": rounds, "repetitions": len(found["wfsim"]), **facts, **ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flower", required=True, metavar="PYTHON", help="interpreter that has benchmarks/peers.txt")
    parser.add_argument("--rounds", type=int, default=10, help="rounds of one run, at least 3")
    parser.add_argument("--repetitions", type=int, default=3, help="runs of each side")
    asked = parser.parse_args()
    found: dict[str, list[Figures]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory() as folder:
        write_job(Path(folder), asked.rounds)
        for _ in range(asked.repetitions):
            for side, python in (("flower", asked.flower), ("wfsim", sys.executable)):
                found[side].append(measured(python, side, Path(folder), asked.rounds))
    print(json.dumps(report(found, asked.rounds)))


if __name__ == "__main__":
    main()
