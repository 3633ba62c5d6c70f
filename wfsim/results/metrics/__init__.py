"""Metrics: pure functions of a run's round rows (as `rounds.csv` holds them) or of its journal lines.

A number that was not reached or not measured is None, never zero.
"""

from __future__ import annotations

from wfsim.results.metrics.budget import (
    accuracy_within,
    bits_to_target,
    costs_to_target,
    energy_to_target_j,
    time_to_target_s,
)
from wfsim.results.metrics.devices import DeviceTotals, airtime_share, device_totals
from wfsim.results.metrics.fairness import jain, participation
from wfsim.results.metrics.grants import Granted, grants, mean_dropped
from wfsim.results.metrics.links import LinkTable, LinkTotals, link_totals
from wfsim.results.metrics.lost_work import LostWork, LostWorkTable, lost_work
from wfsim.results.metrics.outages import Downtime, Outage, OutageTable, downtimes, outages
from wfsim.results.metrics.staleness import Staleness, staleness

__all__ = [
    "DeviceTotals",
    "Downtime",
    "Granted",
    "LinkTable",
    "LinkTotals",
    "LostWork",
    "LostWorkTable",
    "Outage",
    "OutageTable",
    "Staleness",
    "accuracy_within",
    "airtime_share",
    "bits_to_target",
    "costs_to_target",
    "device_totals",
    "downtimes",
    "energy_to_target_j",
    "grants",
    "jain",
    "link_totals",
    "lost_work",
    "mean_dropped",
    "outages",
    "participation",
    "staleness",
    "time_to_target_s",
]
