"""`rounds.csv`: one row per round, folded from journal lines as they come."""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from wfsim.trace.folding import Folding

COLUMNS = (
    "round",
    "t_s",
    "accuracy",
    "loss",
    "perplexity",
    "participants",
    "arrived",
    "coverage",
    "uplink_bits",
    "downlink_bits",
    "control_bits",
    "hop_bits",
    "energy_j",
    "covariance_norm",
    "round_s",
    "overtaken",
    "held",
    "mean_staleness",
    "kept_ranks",
    "queue_s",
    "budget_binds",
)
_WHOLE = (
    *("round", "participants", "arrived", "uplink_bits", "downlink_bits", "control_bits", "hop_bits"),
    *("overtaken", "held", "budget_binds"),
)
PAYLOADS = ("update", "model")  # purposes of transfers; all others are control messages

Line = dict[str, Any]


@dataclass
class _Open:
    """What has happened since the last round closed. Bits count headers."""

    uplink_bits: float = 0.0
    downlink_bits: float = 0.0
    control_bits: float = 0.0
    hop_bits: float = 0.0
    energy_j: float = 0.0
    held: int = 0
    kept: list[int] = field(default_factory=list)

    def row(self) -> Line:
        """Its columns; a packet that was cut leaves a fraction of a bit."""
        return {
            "uplink_bits": round(self.uplink_bits),
            "downlink_bits": round(self.downlink_bits),
            "control_bits": round(self.control_bits),
            "hop_bits": round(self.hop_bits),
            "energy_j": self.energy_j,
            "held": self.held,
            "kept_ranks": fmean(self.kept) if self.kept else None,
        }


class RoundTable(Folding):
    """Folds journal lines into rows keyed by COLUMNS. What is counted (bits with headers, joules, updates held back)
    happened since the round before closed, whichever version a device worked on. `control_bits` are those of requests,
    grants and acknowledgements, which the bits of their direction include. `hop_bits` were sent over hops between fixed
    nodes, once at each hop.

    `accuracy` and `loss` are on held-out data, None where they were not measured; of a language model they are those of
    next tokens, and `perplexity` is exp(loss). A broadcast's bits count once.
    `mean_staleness` is of the uploads that the round took, `kept_ranks` the mean that was granted; `queue_s` and
    `budget_binds` (1 or 0) are what a controller with a budget says of the round.
    """

    def __init__(self) -> None:
        self.rows: list[Line] = []
        self._open = _Open()
        self._broadcasts: set[str] = set()
        self.is_language = False

    def _on_transfer_ended(self, line: Line) -> None:
        self._open.energy_j += line["energy_j"]
        if line["transfer"] in self._broadcasts:  # every receiver tells of the same bits
            return
        if line["direction"] == "up":
            self._open.uplink_bits += line["sent_bits"]
        else:
            self._open.downlink_bits += line["sent_bits"]
            self._broadcasts.add(line["transfer"])
        if line["purpose"] not in PAYLOADS:
            self._open.control_bits += line["sent_bits"]

    def _on_hop_ended(self, line: Line) -> None:
        self._open.hop_bits += line["sent_bits"]

    def _on_compute_ended(self, line: Line) -> None:
        self._open.energy_j += line["energy_j"]

    def _on_update_held(self, line: Line) -> None:
        self._open.held += 1

    def _on_granted(self, line: Line) -> None:
        if line["keep"] is not None:
            self._open.kept.append(line["keep"])

    def _on_round_closed(self, line: Line) -> None:
        row = dict.fromkeys(COLUMNS)
        row |= {key: line[key] for key in COLUMNS if key in line}
        row["mean_staleness"] = fmean(line["staleness"]) if line["staleness"] else None
        self.rows.append(row | self._open.row())
        self._open = _Open()

    def _on_controlled(self, line: Line) -> None:
        measures = line["measures"]
        binding = measures.get("binding")
        self.rows[-1]["queue_s"] = measures.get("queue_s")
        self.rows[-1]["budget_binds"] = None if binding is None else round(binding)

    def _on_model_updated(self, line: Line) -> None:
        self.rows[-1]["covariance_norm"] = line["covariance_norm"]

    def _on_language_task(self, line: Line) -> None:
        self.is_language = True

    def _on_evaluated(self, line: Line) -> None:
        self.rows[-1]["accuracy"], self.rows[-1]["loss"] = line["accuracy"], line["loss"]
        self.rows[-1]["perplexity"] = perplexity(line["loss"]) if self.is_language else None


def perplexity(loss: float) -> float:
    """exp(loss) of a cross-entropy per token in nats; the largest number where it overflows."""
    return math.exp(loss) if loss < math.log(sys.float_info.max) else sys.float_info.max


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
    return int(text) if column in _WHOLE else float(text)
