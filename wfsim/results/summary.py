"""`summary.json`: a run in one page of numbers, a pure function of its journal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from wfsim.results.rounds import RoundTable

Line = dict[str, Any]


class Summary:
    """Folds journal lines; `values()` at any moment. See the README for what each number means."""

    def __init__(self) -> None:
        self.table = RoundTable()
        self._accuracies: list[float] = []
        self._device_accuracies: list[float] = []
        self._transfers: list[Line] = []
        self._compute_s: list[float] = []
        self._coverages: list[float] = []
        self._staleness: list[int] = []
        self._late: Counter[str] = Counter()
        self._kept: set[int] = set()
        self._measures: Line = {}
        self._jobs: Line = {}
        self._end_s = 0.0

    def __call__(self, line: Line) -> None:
        self.table(line)
        self._end_s = line["t_s"]
        fold = getattr(self, f"_on_{line['type']}", None)
        if fold is not None:
            fold(line)

    def _on_transfer_ended(self, line: Line) -> None:
        self._transfers.append(line)

    def _on_compute_ended(self, line: Line) -> None:
        if line["finished"]:
            self._compute_s.append(line["compute_s"])

    def _on_update_arrived(self, line: Line) -> None:
        self._coverages.append(line["coverage"])

    def _on_round_closed(self, line: Line) -> None:
        self._staleness += line["staleness"]

    def _on_device_late(self, line: Line) -> None:
        if line["fate"] != "end":
            self._late[line["phase"]] += 1

    def _on_granted(self, line: Line) -> None:
        if line["keep"] is not None:
            self._kept.add(line["keep"])

    def _on_controlled(self, line: Line) -> None:
        self._measures = line["measures"]

    def _on_evaluated(self, line: Line) -> None:
        self._accuracies.append(line["accuracy"])
        self._device_accuracies = [value for value in line["device_accuracy"].values() if value is not None]

    def _on_jobs_counted(self, line: Line) -> None:
        self._jobs = line

    def values(self) -> Line:
        """All numbers; None where nothing was measured."""
        return {
            **self._learning(),
            **self._traffic(),
            **self._uploads(),
            **self._channel(),
            **self._control(),
            **self._job_counts(),
        }

    def _learning(self) -> Line:
        return {
            "rounds": len(self.table.rows),
            "simulated_s": self._end_s,
            "mean_round_s": _mean([row["round_s"] for row in self.table.rows]),
            "final_accuracy": self._accuracies[-1] if self._accuracies else None,
            "best_accuracy": max(self._accuracies, default=None),
            "worst_decile_accuracy": worst_decile(self._device_accuracies),
        }

    def _traffic(self) -> Line:
        """Everything that flew, control messages included and, as `control_bits`, alone."""
        rows = self.table.rows
        return {
            "uplink_bits": sum(row["uplink_bits"] for row in rows),
            "downlink_bits": sum(row["downlink_bits"] for row in rows),
            "control_bits": sum(row["control_bits"] for row in rows),
            "packets_sent": sum(t["packets_sent"] for t in self._transfers),
            "packets_lost": sum(t["packets_lost"] for t in self._transfers),
            "energy_j": sum(row["energy_j"] for row in rows),
        }

    def _uploads(self) -> Line:
        """What became of the updates."""
        return {
            "mean_coverage": _mean(self._coverages),
            "uploads": len(self._coverages),
            "uploads_wholly_lost": sum(coverage == 0.0 for coverage in self._coverages),
            "uploads_cut": sum(t["cut"] for t in self._updates()),
            "uploads_overtaken": self._late["upload"],
            "updates_held": sum(row["held"] for row in self.table.rows),
            "mean_staleness": _mean(self._staleness),
            "devices_late": self._late.total() - self._late["upload"],
        }

    def _updates(self) -> list[Line]:
        return [t for t in self._transfers if t["purpose"] == "update"]

    def _channel(self) -> Line:
        """Does the channel matter? Uplink blocks at the rate cap or at zero, and upload time over computing time."""
        uploads = self._updates()
        blocks = sum(t["blocks"] for t in uploads)
        limited = sum(t["blocks_at_cap"] + t["blocks_at_zero"] for t in uploads)
        upload_s, compute_s = _mean([t["t_s"] - t["start_s"] for t in uploads]), _mean(self._compute_s)
        return {
            "blocks_at_limit_share": limited / blocks if blocks else None,
            "upload_over_compute": upload_s / compute_s if upload_s is not None and compute_s else None,
        }

    def _control(self) -> Line:
        """What a controller with a budget of seconds per round did; `kept_ranks_values` lists what it granted."""
        binds = [row["budget_binds"] for row in self.table.rows if row["budget_binds"] is not None]
        return {
            "latency_budget_s": self._measures.get("round_budget_s"),
            "budget_binding_share": _mean(binds),
            "infeasible_rounds": _whole(self._measures.get("infeasible_rounds")),
            "queue_s": self._measures.get("queue_s"),
            "kept_ranks_values": sorted(self._kept),
        }

    def _job_counts(self) -> Line:
        return {f"jobs_{key}": self._jobs.get(key, 0) for key in ("submitted", "computed", "speculative")}


def worst_decile(accuracies: Sequence[float]) -> float | None:
    """Mean accuracy of the worst tenth of devices, at least one; None without devices."""
    count = math.ceil(len(accuracies) / 10)
    return _mean(sorted(accuracies)[:count])


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def summarise(lines: Iterable[Line]) -> Line:
    """The summary of a journal."""
    summary = Summary()
    for line in lines:
        summary(line)
    return summary.values()
