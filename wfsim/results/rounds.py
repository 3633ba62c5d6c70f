"""`rounds.csv`: one row per round, folded from journal lines as they come."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

COLUMNS = (
    "round",
    "t_s",
    "accuracy",
    "loss",
    "participants",
    "arrived",
    "coverage",
    "uplink_bits",
    "downlink_bits",
    "energy_j",
    "covariance_norm",
    "round_s",
)
_COUNTED = ("uplink_bits", "downlink_bits", "energy_j")

Line = dict[str, Any]


class RoundTable:
    """Folds journal lines into rows keyed by COLUMNS. Bits (headers included) and joules are those of the round alone.

    `accuracy` and `loss` are on held-out data, None where they were not measured; a broadcast's bits count once.
    """

    def __init__(self) -> None:
        self.rows: list[Line] = []
        self._open: Line = _nothing_counted()
        self._seen_downlink = ""

    def __call__(self, line: Line) -> None:
        fold = getattr(self, f"_on_{line['type']}", None)
        if fold is not None:
            fold(line)

    def _on_transfer_ended(self, line: Line) -> None:
        self._open["energy_j"] += line["energy_j"]
        if line["direction"] == "up":
            self._open["uplink_bits"] += line["sent_bits"]
        elif line["transfer"] != self._seen_downlink:  # the receivers of one broadcast end together
            self._open["downlink_bits"] += line["sent_bits"]
            self._seen_downlink = line["transfer"]

    def _on_compute_ended(self, line: Line) -> None:
        self._open["energy_j"] += line["energy_j"]

    def _on_round_closed(self, line: Line) -> None:
        row = dict.fromkeys(COLUMNS)
        row |= {key: line[key] for key in COLUMNS if key in line}
        whole = {
            key: round(self._open[key]) for key in ("uplink_bits", "downlink_bits")
        }  # a cut packet leaves a fraction
        self.rows.append(row | self._open | whole)
        self._open = _nothing_counted()

    def _on_model_updated(self, line: Line) -> None:
        self.rows[-1]["covariance_norm"] = line["covariance_norm"]

    def _on_evaluated(self, line: Line) -> None:
        self.rows[-1]["accuracy"], self.rows[-1]["loss"] = line["accuracy"], line["loss"]


def _nothing_counted() -> Line:
    return dict.fromkeys(_COUNTED, 0.0)


def round_rows(lines: Iterable[Line]) -> list[Line]:
    """The rows of a journal."""
    table = RoundTable()
    for line in lines:
        table(line)
    return table.rows


def write_rounds(path: Path, rows: Iterable[Line]) -> None:
    """Write rows as CSV; numbers as their shortest exact text, missing values empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_rounds(path: Path) -> list[Line]:
    """Rows of a `rounds.csv`, values as numbers, None where empty."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: _number(key, text) for key, text in row.items()} for row in csv.DictReader(file)]


def _number(column: str, text: str) -> float | int | None:
    if text == "":
        return None
    return int(text) if column in ("round", "participants", "arrived", "uplink_bits", "downlink_bits") else float(text)
