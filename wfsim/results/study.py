"""Many experiments against one of them, over the seeds that each shares with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wfsim.errors import UsageError, nearest
from wfsim.results.compare import Comparison, compare
from wfsim.results.directory import Run
from wfsim.results.experiments import Experiment, experiments, labels
from wfsim.results.statistics import Method

COLUMNS = ("experiment", "metric", "pairs", "mean", "baseline_mean", "difference", "low", "high", "seeds", "reached")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Study:
    """Comparisons of every experiment (as B) with the baseline (as A) by label; the baseline itself comes first."""

    baseline: str
    comparisons: dict[str, Comparison]

    def rows(self) -> Iterator[Row]:
        """One per experiment and metric, keyed by COLUMNS: means over the pairs, their mean difference (experiment less
        baseline) with its interval, and in how many of the seeds that pair the target was reached (None without one).
        """
        for label, found in self.comparisons.items():
            for each in found.metrics:
                yield {
                    "experiment": label,
                    "metric": each.metric,
                    "pairs": each.difference.n,
                    "mean": each.mean_b,
                    "baseline_mean": each.mean_a,
                    "difference": each.difference.mean,
                    "low": each.difference.low,
                    "high": each.difference.high,
                    "seeds": len(found.seeds),
                    "reached": None if found.reached is None else found.reached[1],
                }


def study(
    runs: Sequence[Run],
    baseline: str | Sequence[Run],
    *,
    target: float | None = None,
    level: float = 0.95,
    method: Method = "t",
    unfinished: bool = False,
) -> Study:
    """Compare every experiment among `runs` with the one that `baseline` names, or that its runs are.

    Experiments are runs that differ in nothing but their seed; a name is that of a scenario, or a label as `labels`
    makes it. Raises UsageError for a baseline that is no experiment or several, and as `compare` does.
    """
    groups = experiments(runs)
    named = dict(zip(labels(groups), groups, strict=True))
    base = _named(named, baseline) if isinstance(baseline, str) else _holding(named, baseline)
    order = [base, *(label for label in named if label != base)]
    options: dict[str, Any] = {"target": target, "level": level, "method": method, "unfinished": unfinished}
    return Study(
        baseline=base,
        comparisons={label: compare(named[base].runs, named[label].runs, **options) for label in order},
    )


def _named(named: dict[str, Experiment], wanted: str) -> str:
    found = [wanted] if wanted in named else [label for label, group in named.items() if group.name == wanted]
    return _single(found, f"the baseline {wanted!r}{'' if found else nearest(wanted, named)}", list(named))


def _holding(named: dict[str, Experiment], wanted: Sequence[Run]) -> str:
    paths = {run.path for run in wanted}
    found = [label for label, group in named.items() if any(run.path in paths for run in group.runs)]
    return _single(found, "the baseline", list(named))


def _single(found: Sequence[str], what: str, known: Sequence[str]) -> str:
    if len(found) != 1:
        many = f"is {len(found)} experiments: {'; '.join(found)}" if found else "is no experiment here"
        raise UsageError(f"{what} {many}; there are {'; '.join(known)}")
    return found[0]
