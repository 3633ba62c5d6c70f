"""Many experiments against a baseline, as a table for people, Markdown, CSV or JSON."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING

from wfsim.cli._output import console, print_json, print_table, say
from wfsim.cli._quantities import number, percent, quantity
from wfsim.errors import UsageError, nearest

if TYPE_CHECKING:
    from wfsim.results.compare import Comparison, Difference
    from wfsim.results.study import Study

_SHOWN = ("final_accuracy", "simulated_s", "uplink_bits")
_COSTS = ("time_to_", "bits_to_", "uplink_bits_to_")


class Format(StrEnum):
    """How a study is printed."""

    text = "text"
    markdown = "markdown"
    csv = "csv"
    json = "json"


def show(found: Study, how: Format, metrics: Sequence[str], level: float) -> None:
    """Print a study; `metrics` are a table's columns, by default accuracy, time and bits. CSV and JSON hold all."""
    if how is Format.json:
        print_json(asdict(found))
    elif how is Format.csv:
        _print_csv(found)
    else:
        _print(found, how, _columns(found, metrics), level)


def _print_csv(found: Study) -> None:
    from wfsim.results.study import COLUMNS

    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found.rows())


def _columns(found: Study, metrics: Sequence[str]) -> list[str]:
    known = list(dict.fromkeys(each.metric for one in found.comparisons.values() for each in one.metrics))
    unknown = next((metric for metric in metrics if metric not in known), None)
    if unknown is not None:
        raise UsageError(f"no metric called {unknown!r}{nearest(unknown, known)}; known: {', '.join(known)}")
    return list(metrics) or [metric for metric in known if metric in _SHOWN or metric.startswith(_COSTS)]


def _print(found: Study, how: Format, columns: Sequence[str], level: float) -> None:
    reached = any(each.reached is not None for each in found.comparisons.values())
    header = ["experiment", *columns, *(["reached"] if reached else []), "seeds"]
    rows = [_row(label, each, columns, found.baseline) for label, each in found.comparisons.items()]
    out = console()
    if how is Format.markdown:
        for line in (header, ["---"] * len(header), *rows):
            say(out, f"| {' | '.join(line)} |")
    else:
        print_table(out, header, rows, prose=False)
    say(out, "")
    say(
        out,
        f"Means over seeds; in parentheses the mean difference to {found.baseline} at the same seeds "
        f"with its {percent(level)} interval.",
    )
    if reached:
        say(out, "Costs of a target are of pairs in which both runs reached it; how many did stands under reached.")


def _row(label: str, found: Comparison, columns: Sequence[str], baseline: str) -> list[str]:
    by_name = {each.metric: each for each in found.metrics}
    pairs = len(found.seeds)
    cells = [_cell(by_name.get(column), is_baseline=label == baseline) for column in columns]
    reached = [] if found.reached is None else [f"{found.reached[1]}/{pairs}"]
    return [label, *cells, *reached, str(pairs)]


def _cell(found: Difference | None, *, is_baseline: bool) -> str:
    """`0.845 (+0.023, +0.01 to +0.036)`."""
    if found is None:
        return "-"
    mean = _shown(found.metric, found.mean_b)
    if is_baseline:
        return mean
    each = found.difference
    interval = "" if each.low is None else f", {_signed(found.metric, each.low)} to {_signed(found.metric, each.high)}"
    return f"{mean} ({_signed(found.metric, each.mean)}{interval})"


def _shown(metric: str, value: float) -> str:
    return quantity(value, "bit") if "bits" in metric else number(value)


def _signed(metric: str, value: float) -> str:
    return f"{'+' if value > 0.0 else ''}{_shown(metric, value)}"
