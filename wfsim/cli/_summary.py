"""A run's summary for people: labelled numbers, and sentences that say what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wfsim.cli._quantities import accuracy, number, percent, quantity

Summary = dict[str, Any]


def rows(summary: Summary) -> Iterator[tuple[str, str]]:
    """Label and value, unit included, of everything that was measured."""
    yield "rounds", str(summary["rounds"])
    yield "simulated time", f"{number(summary['simulated_s'])} s"
    yield from _accuracies(summary)
    yield "uplink, headers included", quantity(summary["uplink_bits"], "bit")
    yield "downlink, headers included", quantity(summary["downlink_bits"], "bit")
    if summary["control_bits"]:
        yield "of these requests, grants, acknowledgements", quantity(summary["control_bits"], "bit")
    yield "packets, up and down", f"{summary['packets_sent']}, {summary['packets_lost']} of them lost"
    yield "uploads", f"{summary['uploads']}, {summary['uploads_wholly_lost']} of them wholly lost"
    if summary["uploads_cut"]:
        yield "uploads cut by the end of a round", str(summary["uploads_cut"])
    if summary["mean_coverage"] is not None:
        yield "mean share of an update that arrived", percent(summary["mean_coverage"])
    if summary["mean_staleness"]:
        yield "mean staleness of what arrived", f"{number(summary['mean_staleness'])} versions"
    if summary["updates_held"]:
        yield "updates held back", str(summary["updates_held"])
    if summary["uploads_overtaken"]:
        yield "uploads given up for a new version", str(summary["uploads_overtaken"])
    yield "devices cut off before they sent", str(summary["devices_late"])
    yield "energy of the devices", quantity(summary["energy_j"], "J")
    if summary["hop_offered_bits"]:
        yield from _hops(summary)
    if summary["outages"]:
        yield from _outages(summary)
    if summary["lost_turns"] or summary["lost_versions"]:
        yield from _crashes(summary)


def sentences(summary: Summary) -> Iterator[str]:
    """Does the channel matter, what became of the training jobs, and was anything learned at all."""
    yield _channel(summary)
    yield from _budget(summary)
    yield from _infeasible(summary)
    yield from _recovery(summary)
    if summary["kept_ranks_values"]:
        yield f"Kept ranks that occurred: {', '.join(map(str, summary['kept_ranks_values']))}."
    if summary["jobs_submitted"]:
        yield (
            f"Training jobs: {summary['jobs_submitted']} submitted, {summary['jobs_computed']} computed, "
            f"{summary['jobs_speculative']} computed on speculation."
        )
        yield from _never_computed(summary)
    if not summary["mean_coverage"]:  # no upload at all, or nothing of any
        yield "No update ever arrived: the global adapter is the initial one."


def _accuracies(summary: Summary) -> Iterator[tuple[str, str]]:
    labels = {
        "final_accuracy": "accuracy, last",
        "best_accuracy": "accuracy, best",
        "worst_decile_accuracy": "accuracy, worst tenth of devices",
    }
    what = "accuracy" if summary.get("final_perplexity") is None else "next-token accuracy"
    for key, label in labels.items():
        if summary[key] is not None:
            yield label.replace("accuracy", what), accuracy(summary[key])
    for key, label in (("final_perplexity", "perplexity, last"), ("best_perplexity", "perplexity, best")):
        if summary.get(key) is not None:
            yield label, number(summary[key])


def _hops(summary: Summary) -> Iterator[tuple[str, str]]:
    offered, lost = (quantity(summary[f"hop_{name}_bits"], "bit") for name in ("offered", "lost"))
    dropped = quantity(summary["hop_dropped_bits"], "bit")
    yield "offered to hops between fixed nodes", f"{offered}, {lost} of them lost, {dropped} dropped by full queues"
    if summary["hop_max_utilisation"] is not None:
        names = ", ".join(summary["busiest_hops"])
        yield "busiest hop", f"{names}, in use {percent(summary['hop_max_utilisation'])} of the time"


def _outages(summary: Summary) -> Iterator[tuple[str, str]]:
    yield "outages", f"{summary['outages']}, {number(summary['outage_s'])} s in all"
    yield "transfers they stopped", str(summary["transfers_stopped"])
    if summary["transfers_rerouted"]:
        yield "transfers that took another way", str(summary["transfers_rerouted"])
    yield "transfers that waited and went on", str(summary["transfers_waited"])


def _crashes(summary: Summary) -> Iterator[tuple[str, str]]:
    spent = f"{number(summary['lost_compute_s'])} s of computing, {quantity(summary['lost_energy_j'], 'J')}"
    yield "turns of devices undone by crashes", f"{summary['lost_turns']}, {spent}"
    if summary["lost_versions"]:
        yield "versions lost by the server", str(summary["lost_versions"])


def _recovery(summary: Summary) -> Iterator[str]:
    """How long after an outage the rounds were as full again as before it."""
    count, recovered = summary["outages"], summary["outages_recovered"]
    if not count:
        return
    if not recovered:
        yield "After no outage did a round take in as many updates as the last one before it."
        return
    yield (
        f"After {recovered} of {count} outages a round took in as many updates as the last one before it, "
        f"on average {number(summary['mean_recovery_s'])} s after the outage's end."
    )


def _channel(summary: Summary) -> str:
    share, ratio = summary["blocks_at_limit_share"], summary["upload_over_compute"]
    limited, slower = "no uplink block was used", "no computing time to compare with"
    if share is not None:
        limited = f"{percent(share)} of uplink blocks at the rate cap or at zero"
    if ratio is not None:
        slower = f"upload time / computing time = {number(ratio)}"
    return f"Does the channel matter? {limited}; {slower}."


def _budget(summary: Summary) -> Iterator[str]:
    """Where a controller keeps a budget of seconds per round: how often it bound, and whether it was kept."""
    budget_s, share = summary["latency_budget_s"], summary["budget_binding_share"]
    if budget_s is not None and share is not None:
        yield (
            f"The budget of {number(budget_s)} s per round bound in {percent(share)} of rounds; "
            f"mean round {number(summary['mean_round_s'])} s, queue at the end {number(summary['queue_s'])} s."
        )


def _infeasible(summary: Summary) -> Iterator[str]:
    count = summary["infeasible_rounds"]
    if count:
        yield (
            f"In {count} of {summary['rounds']} rounds the controller saw no way to meet the budget, even with the "
            f"fewest ranks from everybody, had the channel stayed as it was when devices asked."
        )


def _never_computed(summary: Summary) -> Iterator[str]:
    count = summary["jobs_submitted"] - summary["jobs_computed"] - summary["jobs_speculative"]
    if count:
        jobs = "1 job was" if count == 1 else f"{count} jobs were"
        yield f"{jobs} never computed: every packet of the upload was lost or late, so nothing read the result."
