"""`summary.json`: a run in one page of numbers, a pure function of its journal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from wfsim.results.metrics.links import HOP, LinkTable
from wfsim.results.metrics.lost_work import CRASHES, LostWorkTable
from wfsim.results.metrics.outages import STOPPED, OutageTable
from wfsim.results.rounds import RoundTable
from wfsim.trace.folding import Fold, Folding

Line = dict[str, Any]


class Summary(Folding):
    """Folds journal lines; `values()` at any moment. See the README for what each number means."""

    def __init__(self) -> None:
        self.table = RoundTable()
        self._links, self._outages, self._lost = LinkTable(), OutageTable(), LostWorkTable()
        self._accuracies: list[float] = []
        self._device_accuracies: list[float] = []
        self._counts: Counter[str] = Counter()
        self._upload_s: list[float] = []
        self._compute_s: list[float] = []
        self._coverages: list[float] = []
        self._staleness: list[int] = []
        self._late: Counter[str] = Counter()
        self._kept: set[int] = set()
        self._measures: Line = {}
        self._jobs: Line = {}

    def _look_up(self, record: str) -> list[Fold]:
        tables = (self.table, self._links, self._outages, self._lost)
        return [*(fold for table in tables for fold in table.folds(record)), *super()._look_up(record)]

    def _on_transfer_ended(self, line: Line) -> None:
        counts = self._counts
        counts["packets_sent"] += line["packets_sent"]
        counts["packets_lost"] += line["packets_lost"]
        if line["purpose"] == "update":
            self._upload_s.append(line["t_s"] - line["start_s"])
            counts["cut"] += line["cut"] and line["cause"] not in STOPPED
            counts["blocks"] += line["blocks"]
            counts["blocks_at_limit"] += line["blocks_at_cap"] + line["blocks_at_zero"]

    def _on_compute_ended(self, line: Line) -> None:
        if line["finished"]:
            self._compute_s.append(line["compute_s"])

    def _on_update_arrived(self, line: Line) -> None:
        self._coverages.append(line["coverage"])

    def _on_round_closed(self, line: Line) -> None:
        self._staleness += line["staleness"]

    def _on_device_late(self, line: Line) -> None:
        if line["fate"] not in ("end", *CRASHES):
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
        self._links.end_s = self._outages.end_s = self.end_s
        return {
            **self._learning(),
            **self._traffic(),
            **self._uploads(),
            **self._channel(),
            **self._control(),
            **self._hops(),
            **self._downtime(),
            **self._job_counts(),
        }

    def _learning(self) -> Line:
        perplexities = [row["perplexity"] for row in self.table.rows if row["perplexity"] is not None]
        return {
            "rounds": len(self.table.rows),
            "simulated_s": self.end_s,
            "mean_round_s": _mean([row["round_s"] for row in self.table.rows]),
            "final_accuracy": self._accuracies[-1] if self._accuracies else None,
            "best_accuracy": max(self._accuracies, default=None),
            "worst_decile_accuracy": worst_decile(self._device_accuracies),
            "final_perplexity": perplexities[-1] if perplexities else None,
            "best_perplexity": min(perplexities, default=None),
        }

    def _traffic(self) -> Line:
        """Everything that flew, control messages included and, as `control_bits`, alone."""
        rows = self.table.rows
        return {
            "uplink_bits": sum(row["uplink_bits"] for row in rows),
            "downlink_bits": sum(row["downlink_bits"] for row in rows),
            "control_bits": sum(row["control_bits"] for row in rows),
            "packets_sent": self._counts["packets_sent"],
            "packets_lost": self._counts["packets_lost"],
            "energy_j": sum(row["energy_j"] for row in rows),
        }

    def _uploads(self) -> Line:
        """What became of the updates."""
        return {
            "mean_coverage": _mean(self._coverages),
            "uploads": len(self._coverages),
            "uploads_wholly_lost": sum(coverage == 0.0 for coverage in self._coverages),
            "uploads_cut": self._counts["cut"],
            "uploads_overtaken": self._late["upload"],
            "updates_held": sum(row["held"] for row in self.table.rows),
            "mean_staleness": _mean(self._staleness),
            "devices_late": self._late.total() - self._late["upload"],
        }

    def _channel(self) -> Line:
        """Does the channel matter? Uplink blocks at the rate cap or at zero, and upload time over computing time."""
        blocks, limited = self._counts["blocks"], self._counts["blocks_at_limit"]
        upload_s, compute_s = _mean(self._upload_s), _mean(self._compute_s)
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

    def _hops(self) -> Line:
        """Hops between fixed nodes; `busiest_hops` are those of the highest utilisation, which is null without any."""
        hops = [link for link in self._links.totals() if link.medium == HOP]
        most = max((hop.utilisation for hop in hops if hop.utilisation is not None), default=None)
        return {
            "hop_offered_bits": round(sum(hop.offered_bits for hop in hops)),
            "hop_lost_bits": round(sum(hop.lost_bits for hop in hops)),
            "hop_dropped_bits": round(sum(hop.dropped_bits for hop in hops)),
            "hop_max_utilisation": most,
            "busiest_hops": [hop.link for hop in hops if most is not None and hop.utilisation == most],
        }

    def _downtime(self) -> Line:
        """Outages, and the work that crashes undid. Without outages nothing recovered: null."""
        found, lost = self._outages.outages(), self._lost.lost
        recovered = [each.recovery_s for each in found if each.recovery_s is not None]
        return {
            "outages": len(found),
            "outage_s": sum((each.down_s for each in found), 0.0),
            "outages_recovered": len(recovered),
            "mean_recovery_s": _mean(recovered),
            **{f"transfers_{fate}": count for fate, count in self._outages.transfers().items()},
            "lost_turns": lost.turns,
            "lost_compute_s": lost.compute_s,
            "lost_energy_j": lost.energy_j,
            "lost_versions": lost.versions,
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
