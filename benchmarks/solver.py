"""Processor seconds per solve of TSFA's inner problem; where all choices can be tried, the distance to the best one.

The last line is JSON: by problem and size, median and largest seconds, share of exact answers and largest relative gap.
"""

from __future__ import annotations

import itertools
import json
import statistics
import time

import numpy as np

from wfsim.allocation import Solution, Uploads, solve_common, solve_per_device, solve_within

SIZES = [(4, 6), (6, 4), (8, 3), (5, 8), (20, 8), (50, 8)]  # devices, ranks
SOLVES, MOST_CHOICES = 20, 70_000
BAND_HZ = 1e6


def draw(generator: np.random.Generator, devices: int, ranks: int) -> Uploads:
    """SNRs of -15 to 25 dB over the band, spectra from nearly flat to steep, ready within 3 s."""
    energies = -np.sort(-(generator.exponential(1.0, (devices, ranks)) ** generator.uniform(0.3, 3.0)), axis=1)
    dropped = np.maximum(1.0 - np.cumsum(energies, axis=1) / energies.sum(axis=1, keepdims=True), 0.0)
    return Uploads(
        bits=np.tile(2e5 * np.arange(1, ranks + 1) + 1e5, (devices, 1)),
        dropped=np.where(np.arange(ranks) == ranks - 1, 0.0, dropped),
        shares=generator.dirichlet(np.ones(devices)),
        snr_hz=BAND_HZ * 10.0 ** generator.uniform(-1.5, 2.5, devices),
        ready_s=generator.uniform(0.0, 3.0, devices),
        band_hz=BAND_HZ,
        gap=10.0**0.2,
        cap_bps_per_hz=7.4,
    )


def solve(problem: str, uploads: Uploads, v: float, queues_s: np.ndarray) -> Solution:
    if problem == "common":
        return solve_common(uploads, v=v, queue_s=float(queues_s[0]))
    if problem == "per_device":
        return solve_per_device(uploads, v=v, queues_s=queues_s)
    return solve_within(uploads, budget_s=_half_way_s(uploads))


def gap(problem: str, uploads: Uploads, v: float, queues_s: np.ndarray, found: float) -> float:
    """Relative distance to the best of all choices of ranks, each with one choice left to the solver: its bands."""
    count, ranks = uploads.bits.shape
    levels = np.array(list(itertools.product(range(ranks), repeat=count)))
    left_out = uploads.chosen(uploads.distortion, levels).sum(axis=1)
    ends_s = uploads.finish_s(levels)
    if problem == "common":
        best = (v * left_out + queues_s[0] * ends_s).min()
    else:
        fits = ends_s <= _half_way_s(uploads)
        best = left_out[fits].min() if fits.any() else left_out.max()
    return float(found / best - 1.0) if best > 0.0 else found


def _half_way_s(uploads: Uploads) -> float:
    count, ranks = uploads.bits.shape
    return float(uploads.finish_s(np.array([[0] * count, [ranks - 1] * count])).mean())


def measure(problem: str, devices: int, ranks: int) -> dict[str, float | None]:
    generator, seconds, gaps = np.random.default_rng(1), [], []
    for _ in range(SOLVES):
        uploads = draw(generator, devices, ranks)
        v, queues_s = 10.0 ** generator.uniform(0.0, 2.0), 10.0 ** generator.uniform(-2.0, 1.0, devices)
        begin = time.process_time()
        solution = solve(problem, uploads, v, queues_s)
        seconds.append(time.process_time() - begin)
        if ranks**devices <= MOST_CHOICES and problem != "per_device":
            gaps.append(gap(problem, uploads, v, queues_s, solution.objective))
    return {
        "median_s": statistics.median(seconds),
        "largest_s": max(seconds),
        "exact": float(np.mean(np.array(gaps) <= 1e-9)) if gaps else None,
        "largest_gap": max(gaps) if gaps else None,
    }


def main() -> None:
    results = {}
    print(f"{'problem':>10} devices ranks  median ms  largest ms   exact  largest gap")
    for problem, (devices, ranks) in itertools.product(("common", "per_device", "none"), SIZES):
        row = results[f"{problem} n={devices} r={ranks}"] = measure(problem, devices, ranks)
        times = f"{1e3 * row['median_s']:10.1f} {1e3 * row['largest_s']:11.1f}"
        exact = "" if row["exact"] is None else f"{row['exact']:7.0%}  {row['largest_gap']:11.2g}"
        print(f"{problem:>10} {devices:7d} {ranks:5d} {times} {exact}")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
