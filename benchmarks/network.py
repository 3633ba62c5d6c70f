"""Timing-only rounds over many cells of 200 devices: seconds, events, records and memory, and how they grow.

`city_100k` with 5, 50 and 500 cells: Rayleigh fading, 10 % of the packets lost, 20 examples a device, 5 rounds; a run
directory is written as a user's run would, by as many processes as there are cores (`--workers`: so many). `build` and
`run` are wall seconds; CPU seconds and peak memory are those of all processes, shared memory counted once. Apart from
these, 10,000 devices for 20 rounds, and one crowded cell of 10,000 devices for one round, which writes no divisions of
the band (n shares at each of 2 n changes). The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

PER_CELL, ROUNDS, LONG_ROUNDS, CROWD, EXAMPLES = 200, 5, 20, 10_000, 20
SIZES, QUICK = (1_000, 10_000, 100_000), (200, 1_000)
KIB_PER_MIB, US_PER_S = 1024.0, 1e6

Figures = dict[str, float]


@dataclass(frozen=True)
class Case:
    """What is run under a name."""

    name: str
    cells: int
    per_cell: int
    rounds: int
    changes: dict[str, Any] = field(default_factory=dict)
    workers: int | None = None

    @property
    def devices(self) -> int:
        return self.cells * self.per_cell


def play(case: Case, folder: Path) -> Figures:
    """Run a case in this process, through the same call as `wfsim run`."""
    import wfsim
    import wfsim.world.build as build
    from wfsim.simulate import Resources

    scenario = wfsim.load_scenario(
        "city_100k",
        {
            "topology.cells": case.cells,
            "topology.devices_per_cell": case.per_cell,
            "learning.data.examples": EXAMPLES * case.devices,
            "radio.link.residual_loss": 0.1,
            "radio.fading.kind": "rayleigh",
            "stop.rounds": case.rounds,
            **case.changes,
        },
    )
    watched: dict[str, Any] = {}

    def watched_build(*given: Any) -> Any:
        begin = time.perf_counter()
        world = built(*given)
        watched["build_s"] = time.perf_counter() - begin
        return world

    built, build.build_world = build.build_world, watched_build
    begin, cpu = time.perf_counter(), time.process_time()
    run = wfsim.run(scenario, out=folder, resources=Resources(workers=case.workers))
    seconds, cpu_s = time.perf_counter() - begin, time.process_time() - cpu
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu_s += others.ru_utime + others.ru_stime
    journal = run.path / "journal.jsonl"
    return {
        "devices": case.devices,
        "rounds": case.rounds,
        "build_s": watched["build_s"],
        "run_s": seconds - watched["build_s"],
        "seconds": seconds,
        "cpu_s": cpu_s,
        "processes": run.manifest["processes"],
        "events": run.manifest["events"],
        "records": _lines(journal),
        "journal_mib": journal.stat().st_size / KIB_PER_MIB**2,
        "peak_mib": own.ru_maxrss / KIB_PER_MIB,
        "us_per_turn": US_PER_S * (seconds - watched["build_s"]) / case.devices / case.rounds,
        "simulated_s": float(run.summary["simulated_s"]),
    }


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def apart(case: Case) -> Figures:
    """Run a case in a process of its own: its peak memory is its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--case", json.dumps(asdict(case)), "--out", str(Path(folder) / "run")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            peak_mib = _peak_mib(process)
            said = process.stdout.read()
    if process.returncode:
        sys.exit(f"{case.name}: exit code {process.returncode}")
    figures = json.loads(said.splitlines()[-1])
    return {**figures, "peak_mib": max(figures["peak_mib"], peak_mib)}


def _peak_mib(process: subprocess.Popen[str]) -> float:
    """Wait for a process; the most memory that it and its children held, looked at once a second."""
    peak_kib = 0.0
    while process.poll() is None:
        peak_kib = max(peak_kib, sum(_proportional_kib(pid) for pid in [process.pid, *_children(process.pid)]))
        with suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
    return peak_kib / KIB_PER_MIB


def _children(pid: int) -> list[int]:
    with suppress(OSError):  # over, or no Linux
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _proportional_kib(pid: int) -> float:
    """Memory of a process, pages that several share divided among them; 0 where it is over, or where no Linux is."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0.0)
    return 0.0


def chosen(given: argparse.Namespace) -> Iterator[Case]:
    """The cases that the options ask for; all of them where they ask for nothing."""
    everything = not (given.sizes or given.quick or given.long or given.crowded)
    sizes = given.sizes or (QUICK if given.quick else SIZES if everything else ())
    for size in sorted(sizes):
        yield Case(f"{size}", cells=size // PER_CELL, per_cell=PER_CELL, rounds=ROUNDS, workers=given.workers)
    if given.long or everything:
        yield Case(
            f"{CROWD}_long", cells=CROWD // PER_CELL, per_cell=PER_CELL, rounds=LONG_ROUNDS, workers=given.workers
        )
    if given.crowded or everything:
        yield Case(f"{CROWD}_crowded", cells=1, per_cell=CROWD, rounds=1, changes={"trace.bands": False})


def growth(found: dict[str, Figures]) -> Figures:
    """Exponent of seconds over cells between each size and the next."""
    sizes = sorted(int(name) for name in found if name.isdigit())
    return {
        f"growth_{small}_{large}": math.log(found[f"{large}"]["seconds"] / found[f"{small}"]["seconds"])
        / math.log(large / small)
        for small, large in pairwise(sizes)
    }


HEAD = f"{'case':>14} {'rounds':>6} {'build s':>8} {'run s':>8} {'cpu s':>8} {'events':>10} {'records':>9} "
HEAD += f"{'journal MiB':>11} {'peak MiB':>9} {'us a turn':>9}"


def row(name: str, figures: Figures) -> str:
    """One line of the table."""
    seconds = " ".join(f"{figures[key]:8.2f}" for key in ("build_s", "run_s", "cpu_s"))
    counts = f"{figures['events']:10d} {figures['records']:9d} {figures['journal_mib']:11.1f}"
    return (
        f"{name:>14} {figures['rounds']:6d} {seconds} {counts} {figures['peak_mib']:9.0f} {figures['us_per_turn']:9.0f}"
    )


def _size(text: str) -> int:
    size = int(text)
    if size < PER_CELL or size % PER_CELL:
        raise argparse.ArgumentTypeError(f"{text} is no multiple of {PER_CELL} devices")
    return size


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=_size, nargs="+", help="devices in cells of 200, such as 1000 10000")
    parser.add_argument("--quick", action="store_true", help="200 and 1,000 devices")
    parser.add_argument("--long", action="store_true", help="10,000 devices for 20 rounds")
    parser.add_argument("--crowded", action="store_true", help="one cell of 10,000 devices")
    parser.add_argument("--workers", type=int, help="processes that simulate cells (default: one per core)")
    parser.add_argument("--case", type=json.loads, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    given = options()
    if given.case:
        print(json.dumps(play(Case(**given.case), given.out)))
        return
    found: dict[str, Figures] = {}
    print(HEAD)
    for case in chosen(given):
        found[case.name] = apart(case)
        print(row(case.name, found[case.name]), flush=True)
    exponents = growth(found)
    for name, exponent in exponents.items():
        print(f"{name}: seconds grow with cells to the power {exponent:.2f}")
    figures = {f"{key}_{name}": round(value, 4) for name, each in found.items() for key, value in each.items()}
    print(json.dumps({**figures, **{name: round(value, 3) for name, value in exponents.items()}}))


if __name__ == "__main__":
    main()
