"""Peak memory of a training run over its number of devices: the tiny ViT, everybody trains in every round.

`quickstart` with an even deal of its 4,000 training images, one step of two images a device and round, two rounds, and
a run directory as a user's run writes it. Each size has a process of its own, so its peak is its own. `bare` is the
peak once the world is built and torch is there, before anything is trained. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES, QUICK, ROUNDS = (200, 1_000, 2_000), (20, 40), 2
KIB_PER_MIB = 1024.0

Figures = dict[str, float]


def peak_mib() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB


def play(devices: int, rounds: int) -> Figures:
    """Run one size in this process, through the same call as `wfsim run`."""
    import torch  # noqa: F401  # so that what it takes is counted as bare

    import wfsim
    import wfsim.world.execute as execution

    scenario = wfsim.load_scenario(
        "quickstart",
        {
            "topology.devices": devices,
            "stop.rounds": rounds,
            "learning.partition": {"kind": "iid"},
            "learning.local.steps": 1,
            "learning.local.batch_size": 2,
        },
    )
    bare: Figures = {}

    def watched_execute(world: object) -> None:
        bare["bare_mib"] = peak_mib()
        execute(world)

    execute, execution.execute = execution.execute, watched_execute
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        run = wfsim.run(scenario, out=Path(folder) / "run")
        seconds, computed = time.perf_counter() - begin, run.summary["jobs_computed"]
    return {"devices": devices, "rounds": rounds, "jobs": computed, "seconds": seconds, **bare, "peak_mib": peak_mib()}


def apart(devices: int, rounds: int) -> Figures:
    """Run one size in a process of its own."""
    command = [sys.executable, __file__, "--devices", str(devices), "--rounds", str(rounds)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(said.splitlines()[-1])


def report(found: list[Figures]) -> Figures:
    """A line per size; what each device adds, from the smallest to the largest."""
    print(f"{'devices':>8} {'rounds':>6} {'jobs':>6} {'seconds':>8} {'bare MiB':>9} {'peak MiB':>9}")
    for each in found:
        counts = f"{each['devices']:8.0f} {each['rounds']:6.0f} {each['jobs']:6.0f} {each['seconds']:8.1f}"
        print(f"{counts} {each['bare_mib']:9.0f} {each['peak_mib']:9.0f}")
    first, last = found[0], found[-1]
    per_device = (last["peak_mib"] - first["peak_mib"]) / (last["devices"] - first["devices"])
    print(f"{per_device:.2f} MiB a device, from {first['devices']:.0f} to {last['devices']:.0f}")
    figures = {f"peak_mib_{each['devices']:.0f}": each["peak_mib"] for each in found}
    return {**figures, "mib_per_device": per_device}


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="at least two numbers of devices")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--quick", action="store_true", help="two small sizes")
    parser.add_argument("--devices", type=int, help="one size, in this process")
    return parser.parse_args()


def main() -> None:
    """Print a table, then all figures as one JSON object."""
    given = options()
    if given.devices is not None:
        print(json.dumps(play(given.devices, given.rounds)))
        return
    sizes = sorted(QUICK if given.quick else given.sizes)
    print(json.dumps(report([apart(size, given.rounds) for size in sizes])))


if __name__ == "__main__":
    main()
