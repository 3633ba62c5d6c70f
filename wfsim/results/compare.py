"""Two experiments over the same seeds: differences of runs that shared their random numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import fmean
from typing import Any

from wfsim.errors import UsageError
from wfsim.results.directory import COMPLETED, Run
from wfsim.results.facts import ASIDE, differing, facts
from wfsim.results.metrics import costs_to_target
from wfsim.results.statistics import Interval, Method, paired_interval

_OWN = ASIDE | {"name"}
_SUMMARY = (
    "final_accuracy",
    "best_accuracy",
    "worst_decile_accuracy",
    "final_perplexity",
    "best_perplexity",
    "rounds",
    "simulated_s",
    "mean_round_s",
    "uplink_bits",
    "downlink_bits",
    "control_bits",
    "energy_j",
    "mean_coverage",
    "mean_staleness",
    "uploads_overtaken",
    "updates_held",
    "devices_late",
    "budget_binding_share",
)

Pair = tuple[Run, Run]
Numbers = Mapping[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One metric over the pairs in which both runs measured it; `difference` is the interval of B - A."""

    metric: str
    mean_a: float
    mean_b: float
    difference: Interval


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A against B. `differing` holds the values of A and B (None: absent) of every scenario key that differs.

    `seeds` pair; `only_a` and `only_b` do not and are left out. `other_links`: seeds whose runs placed or shadowed
    their links differently. `reached`: pairs whose run of A and of B reached the target, None without a target.
    """

    differing: dict[str, tuple[Any, Any]]
    seeds: list[int]
    only_a: list[int]
    only_b: list[int]
    other_links: list[int]
    unfinished: list[str]
    target: float | None
    reached: tuple[int, int] | None
    metrics: list[Difference]


def compare(
    a: Sequence[Run],
    b: Sequence[Run],
    *,
    target: float | None = None,
    level: float = 0.95,
    method: Method = "t",
    unfinished: bool = False,
) -> Comparison:
    """Pair the runs of two experiments by seed (common random numbers) and compare their summaries.

    With `target` also seconds, bits and joules until that accuracy. Raises UsageError where a side holds several
    experiments or a seed twice, where no seed is in both, and for runs that are not completed unless `unfinished`.
    """
    if not unfinished:
        _refuse_unfinished([*a, *b])
    left, right = _by_seed("A", a), _by_seed("B", b)
    seeds = sorted(left.keys() & right.keys())
    if not seeds:
        raise UsageError(f"no seed is in both: A has {_listed(left)}, B has {_listed(right)}; nothing pairs")
    pairs = [(left[seed], right[seed]) for seed in seeds]
    numbers = [(_numbers(first, target), _numbers(second, target)) for first, second in pairs]
    return Comparison(
        differing=_differing(pairs[0]),
        seeds=seeds,
        only_a=sorted(left.keys() - right.keys()),
        only_b=sorted(right.keys() - left.keys()),
        other_links=[seed for seed, pair in zip(seeds, pairs, strict=True) if _links(pair[0]) != _links(pair[1])],
        unfinished=[str(run.path) for pair in pairs for run in pair if run.status != COMPLETED],
        target=target,
        reached=_reached(numbers, target),
        metrics=list(_differences(numbers, level, method)),
    )


def _refuse_unfinished(runs: Sequence[Run]) -> None:
    for run in runs:
        if run.status != COMPLETED:
            raise UsageError(f"{run.path} is not completed ({run.status}); --unfinished compares it all the same")


def _by_seed(side: str, runs: Sequence[Run]) -> dict[int, Run]:
    """Runs of one experiment by their seed."""
    tables = [facts(run) for run in runs]
    several = [key for key in differing(tables) if key not in _OWN]
    if several:
        raise UsageError(f"{side} holds several experiments, they differ in {', '.join(several)}; name fewer runs")
    found: dict[int, Run] = {}
    for run, table in zip(runs, tables, strict=True):
        if "seed" not in table:
            raise UsageError(f"{run.path}: no scenario.yaml, so no seed to pair by")
        other = found.setdefault(table["seed"], run)
        if other is not run:
            raise UsageError(f"{side} holds seed {table['seed']} twice: {other.path} and {run.path}")
    return found


def _differing(pair: Pair) -> dict[str, tuple[Any, Any]]:
    a, b = map(facts, pair)
    return {key: (a.get(key), b.get(key)) for key in differing([a, b])}


def _links(run: Run) -> dict[str, tuple[float, float]]:
    """What was drawn of each link: distance and shadowing."""
    opening = takewhile(lambda line: line["type"] != "round_started", run.whole_lines())
    lines = (line for line in opening if line["type"] == "link_placed")
    return {line["device"]: (line["distance_m"], line["shadowing_db"]) for line in lines}


def _numbers(run: Run, target: float | None) -> Numbers:
    summary = run.summary
    costs = costs_to_target(run.rounds, target) if target is not None else {}
    return {key: summary.get(key) for key in _SUMMARY} | costs  # older runs lack the newest


def _reached(numbers: Sequence[tuple[Numbers, Numbers]], target: float | None) -> tuple[int, int] | None:
    if target is None:
        return None
    (key, *_) = costs_to_target([], target)
    return sum(a[key] is not None for a, _ in numbers), sum(b[key] is not None for _, b in numbers)


def _differences(numbers: Sequence[tuple[Numbers, Numbers]], level: float, method: Method) -> Iterator[Difference]:
    for metric in numbers[0][0]:
        both = [(a[metric], b[metric]) for a, b in numbers if a[metric] is not None and b[metric] is not None]
        if not both:
            continue
        of_a, of_b = zip(*both, strict=True)
        yield Difference(
            metric=metric,
            mean_a=fmean(of_a),
            mean_b=fmean(of_b),
            difference=paired_interval(of_a, of_b, level, method),
        )


def _listed(runs: Mapping[int, Run]) -> str:
    return ", ".join(map(str, sorted(runs)))
