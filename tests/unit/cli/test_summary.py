from __future__ import annotations

from typing import Any

from wfsim.cli._summary import rows, sentences
from wfsim.results.summary import Summary

EMPTY = Summary().values()
NOTHING = "No update ever arrived: the global adapter is the initial one."


def _shown(**values: Any) -> tuple[dict[str, str], list[str]]:
    summary = EMPTY | values
    return dict(rows(summary)), list(sentences(summary))


def test_what_was_measured_is_shown_with_units() -> None:
    table, _ = _shown(
        simulated_s=17.943,
        final_accuracy=0.73812,
        uplink_bits=12.3456e6,
        energy_j=4321.0,
        packets_sent=9,
        packets_lost=2,
        mean_coverage=0.875,
    )
    assert table["simulated time"] == "17.94 s"
    assert table["accuracy, last"] == "0.7381"
    assert table["uplink, headers included"] == "12.35 Mbit"
    assert table["energy of the devices"] == "4.321 kJ"
    assert table["packets, up and down"] == "9, 2 of them lost"
    assert table["mean share of an update that arrived"] == "87.5 %"


def test_what_was_not_measured_is_left_out() -> None:
    table, said = _shown()
    assert not any("accuracy" in label or "share" in label for label in table)
    assert said == ["Does the channel matter? no uplink block was used; no computing time to compare with.", NOTHING]


def test_the_channel_is_judged_by_two_numbers() -> None:
    _, said = _shown(blocks_at_limit_share=0.0321, upload_over_compute=2.4, mean_coverage=1.0)
    assert said == [
        "Does the channel matter? 3.21 % of uplink blocks at the rate cap or at zero; "
        "upload time / computing time = 2.4."
    ]


def test_jobs_that_were_never_computed_are_explained() -> None:
    _, said = _shown(jobs_submitted=10, jobs_computed=6, jobs_speculative=2)
    assert said[1] == "Training jobs: 10 submitted, 6 computed, 2 computed on speculation."
    assert said[2].startswith("2 jobs were never computed: every packet of the upload was lost")


def test_nothing_is_said_where_every_job_was_computed() -> None:
    assert len(_shown(jobs_submitted=10, jobs_computed=8, jobs_speculative=2, mean_coverage=1.0)[1]) == 2


def test_a_run_to_which_nothing_came_closes_with_that() -> None:
    assert _shown(mean_coverage=0.0)[1][-1] == NOTHING
    assert _shown(jobs_submitted=1, mean_coverage=None)[1][-1] == NOTHING
    assert NOTHING not in _shown(mean_coverage=0.01)[1]


def test_a_budget_says_how_often_it_bound_and_which_ranks_occurred() -> None:
    _, said = _shown(
        latency_budget_s=5.0,
        budget_binding_share=0.625,
        mean_round_s=4.98,
        queue_s=0.5,
        kept_ranks_values=[1, 3, 8],
        mean_coverage=1.0,
        infeasible_rounds=0,
    )
    assert said[1:] == [
        "The budget of 5 s per round bound in 62.5 % of rounds; mean round 4.98 s, queue at the end 0.5 s.",
        "Kept ranks that occurred: 1, 3, 8.",
    ]


def test_an_infeasible_budget_is_said_to_be_so() -> None:
    _, said = _shown(rounds=9, infeasible_rounds=4)
    assert said[1].startswith("In 4 of 9 rounds the controller saw no way to meet the budget")


def test_what_only_some_protocols_know_is_shown_where_it_occurs() -> None:
    table, _ = _shown(mean_staleness=1.25, updates_held=3, uploads_overtaken=2, control_bits=1500)
    assert table["mean staleness of what arrived"] == "1.25 versions"
    assert (table["updates held back"], table["uploads given up for a new version"]) == ("3", "2")
    assert table["of these requests, grants, acknowledgements"] == "1.5 kbit"
    assert "updates held back" not in _shown()[0]


def test_hops_are_shown_where_there_are_any() -> None:
    table, _ = _shown(
        hop_offered_bits=2.5e6, hop_lost_bits=1000, hop_max_utilisation=0.125, busiest_hops=["site1>core", "site2>core"]
    )
    hops = "offered to hops between fixed nodes"
    assert table[hops] == "2.5 Mbit, 1 kbit of them lost, 0 bit dropped by full queues"
    assert table["busiest hop"] == "site1>core, site2>core, in use 12.5 % of the time"
    assert hops not in _shown()[0]


def test_outages_say_what_they_stopped_and_when_it_was_over() -> None:
    table, said = _shown(
        outages=4,
        outage_s=90.0,
        outages_recovered=3,
        mean_recovery_s=12.5,
        transfers_stopped=2,
        transfers_rerouted=1,
        transfers_waited=5,
    )
    assert table["outages"] == "4, 90 s in all"
    assert (table["transfers they stopped"], table["transfers that took another way"]) == ("2", "1")
    assert table["transfers that waited and went on"] == "5"
    assert said[1] == (
        "After 3 of 4 outages a round took in as many updates as the last one before it, "
        "on average 12.5 s after the outage's end."
    )
    assert _shown(outages=1)[1][1].startswith("After no outage did a round")
    assert "outages" not in _shown()[0]


def test_crashes_say_what_they_undid() -> None:
    table, _ = _shown(lost_turns=3, lost_compute_s=20.0, lost_energy_j=1500.0, lost_versions=2)
    assert table["turns of devices undone by crashes"] == "3, 20 s of computing, 1.5 kJ"
    assert table["versions lost by the server"] == "2"
