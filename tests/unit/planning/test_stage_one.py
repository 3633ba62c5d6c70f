"""Plans of small scenarios: what a round takes against the simulation, and what follows from a budget."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.errors import UsageError
from wfsim.planning.mean_round import at_rank, mean_round
from wfsim.planning.stage_one import Learned, assumed, budget_of, plan_ranks
from wfsim.scenario.load import load_scenario
from wfsim.sweeps.predict import predict

STILL = [
    "topology.devices=5",
    "stop.rounds=2",
    "radio.fading=none",
    "devices.compute={kind: flops, flops_per_s: {kind: constant, value: 1.0e9}, jitter: 0}",
    "learning.partition=iid",
    "learning.local.steps=4",
    "learning.kind=none",
]
HALVES = Learned(energies=np.array([0.5, 0.25, 0.125, 0.125]), covariance=0.08, source="by hand")


@pytest.mark.parametrize("rank", [1, 4])
def test_a_round_takes_what_the_simulation_takes_where_nothing_is_random(rank: int) -> None:
    """Equal computing times and min-max shares: nothing is left but floating point."""
    planned_s, simulated_s = seconds(rank, "broadcast")
    assert planned_s == pytest.approx(simulated_s, rel=1e-6)


def test_downloads_of_one_s_own_are_planned_with_the_shares_they_begin_with() -> None:
    """In the simulation the band of those that are done goes to the others."""
    planned_s, simulated_s = seconds(4, "unicast")
    assert simulated_s < planned_s < 1.1 * simulated_s


def seconds(rank: int, downlink: str) -> tuple[float, float]:
    changes = ["controller.weights=min_max_latency", f"radio.downlink={downlink}", f"learning.adapter.rank={rank}"]
    scenario = load_scenario("digits", [*STILL, *changes])
    return mean_round(scenario).round_s(rank), predict(scenario).simulated_s / scenario.stop.rounds


def test_random_losses_and_foreign_traffic_count_at_their_means() -> None:
    plain = mean_round(load_scenario("digits", STILL))
    lossy = mean_round(load_scenario("digits", [*STILL, "radio.link.residual_loss=0.5"]))
    begin_s = plain.release_s.max()
    assert plain.release_s == pytest.approx(np.full(5, begin_s))
    download_s = lossy.release_s.max() - begin_s
    assert lossy.round_s(4) - begin_s - download_s == pytest.approx(2.0 * (plain.round_s(4) - begin_s), rel=1e-9)
    busy = mean_round(load_scenario("digits", [*STILL, "radio.background={kind: on_off, share: 0.5}"]))
    assert busy.channel.band_hz == pytest.approx(1e6 * (1.0 - busy.scenario.radio.background.mean_share()))


def test_only_the_cohort_shares_the_band() -> None:
    some = mean_round(load_scenario("digits", [*STILL, "controller={kind: best_snr, devices: 2}"]))
    everybody = mean_round(load_scenario("digits", STILL))
    assert len(some.release_s) == 2
    best = np.sort(everybody.channel.snr_hz)[-2:]
    assert np.sort(some.channel.snr_hz) == pytest.approx(best)


def test_a_larger_budget_never_costs_accuracy() -> None:
    scenario = load_scenario("digits", STILL)
    times_s = [mean_round(at_rank(scenario, rank)).round_s(rank) for rank in (1, 2, 4)]
    assert times_s == sorted(times_s)
    chosen = [plan_ranks(scenario, [4, 2, 1], HALVES, budget_s).chosen for budget_s in (*times_s, 1e9)]
    assert [cost.rank if cost else None for cost in chosen] == [1, 2, 4, 4]
    none = plan_ranks(scenario, [1, 2, 4], HALVES, 0.999 * times_s[0])
    assert none.chosen is None and none.least_budget_s == times_s[0]
    assert [(cost.kept, cost.phi, cost.round_s) for cost in none.costs] == [(None, None, each) for each in times_s]


def test_the_parts_of_a_plan_s_phi() -> None:
    """Rank 2 of a grid up to 4, all of it sent: tail 1/4, covariance half of 0.08."""
    cost = plan_ranks(load_scenario("digits", STILL), [1, 2, 4], HALVES, 1e9).costs[1]
    assert (cost.rank, cost.kept, cost.tail, cost.dropped, cost.covariance) == (2, 2, 0.25, 0.0, 0.04)


def test_a_budget_decides_how_many_ranks_are_kept() -> None:
    """Under a codec that keeps ranks; a controller that asks waits for everybody's training first."""
    uneven = [*STILL, "codec=soft", "devices.compute.flops_per_s={kind: uniform, low: 5e8, high: 1e9}"]
    scenario = load_scenario("digits", [*uneven, "controller={kind: tsfa, latency_budget_s: 7.5}"])
    wide, unasked = mean_round(scenario), mean_round(load_scenario("digits", uneven))
    assert np.ptp(wide.release_s) == 0.0 < np.ptp(unasked.release_s)
    assert wide.release_s.max() == unasked.release_s.max()
    times_s = [wide.round_s(kept) for kept in (1, 2, 3, 4)]
    assert times_s == sorted(times_s) and times_s[0] < times_s[3]
    costs = [plan_ranks(scenario, [4], HALVES, 1.0001 * each).costs[0] for each in times_s]
    assert [(cost.kept, cost.dropped) for cost in costs] == [(1, 0.5), (2, 0.25), (3, 0.125), (4, 0.0)]
    assert [cost.tail for cost in costs] == [0.0] * 4
    fixed = mean_round(load_scenario("digits", [*STILL, "codec={kind: soft, keep: 2}"]))
    assert fixed.keeps == (4,) and fixed.round_s(4) < wide.round_s(4)


def test_where_only_b_is_trained_averaging_costs_nothing() -> None:
    frozen = load_scenario("digits", [*STILL, "learning.adapter.factors=b"])
    assert [cost.covariance for cost in plan_ranks(frozen, [2, 4], HALVES, 1e9).costs] == [0.0, 0.0]


def test_an_assumption_says_what_it_is() -> None:
    scenario = load_scenario("digits", [*STILL, "learning.assumed_spectrum.exponent=2"])
    learned = assumed(scenario, [1, 2, 4], 0.05)
    assert learned.source == "assumed: energy of mode i ~ i^-2, covariance 0.05 at rank 4"
    assert learned.energies[1] / learned.energies[0] == pytest.approx(0.25, rel=0.05)
    assert learned.energies.sum() == pytest.approx(1.0)


def test_where_the_budget_comes_from() -> None:
    plain = load_scenario("digits", STILL)
    tsfa = load_scenario("digits", [*STILL, "codec=soft", "controller={kind: tsfa, latency_budget_s: 7.5}"])
    assert (budget_of(tsfa), budget_of(tsfa, 2.0)) == (7.5, 2.0)
    assert budget_of(plain, 3.0) == 3.0
    with pytest.raises(UsageError, match="controller all has no latency_budget_s: give --budget-s"):
        budget_of(plain)
    with pytest.raises(UsageError, match="protocol asynchronous has no rounds that everybody waits for"):
        budget_of(load_scenario("digits", [*STILL, "protocol=asynchronous"]), 3.0)
