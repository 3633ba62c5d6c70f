"""Likelihood and run lengths against the plain forward algorithm and by counting."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.fitting.runs import Chain, log_likelihood, run_length_p, run_shares, runs_of

CHAINS = [Chain(0.02, 0.3, 0.0, 1.0), Chain(0.1, 0.2, 0.05, 0.7), Chain(0.4, 0.6, 0.0, 1.0)]
CHAINS.append(Chain(0.3, 0.7, 0.3, 0.3))  # states that cannot be told apart


def played(chain: Chain, count: int, seed: int) -> np.ndarray:
    uniforms = np.random.default_rng(seed).random((count, 2))
    bad, lost = uniforms[0, 0] < chain.stationary()[1], np.empty(count, dtype=bool)
    for packet in range(count):
        lost[packet] = uniforms[packet, 1] < (chain.loss_bad if bad else chain.loss_good)
        leave = chain.p_bad_to_good if bad else chain.p_good_to_bad
        bad = bad != (uniforms[packet, 0] < leave)
    return lost


def plain(chain: Chain, lost: np.ndarray) -> float:
    """One step per packet, normalised."""
    p, r, good, bad = chain
    transition, state, total = np.array([[1 - p, p], [r, 1 - r]]), chain.stationary(), 0.0
    for packet, fate in enumerate(lost):
        state = (state if packet == 0 else state @ transition) * np.where(fate, [good, bad], [1 - good, 1 - bad])
        total, state = total + np.log(state.sum()), state / state.sum()
    return total


@pytest.mark.parametrize("chain", CHAINS)
def test_likelihood_is_that_of_the_forward_algorithm(chain) -> None:
    lost = played(chain, 3000, seed=1)
    assert log_likelihood(chain, runs_of(lost)) == pytest.approx(plain(chain, lost), rel=1e-9)


def test_what_a_chain_cannot_do_has_no_likelihood() -> None:
    assert log_likelihood(Chain(0.1, 1.0, 0.0, 1.0), runs_of(np.array([True, True, False]))) == -np.inf


def test_runs_are_lengths_of_equal_fates() -> None:
    runs = runs_of(np.array([1, 1, 0, 1, 0, 0, 0, 1], dtype=bool))
    assert runs.lengths.tolist() == [2, 1, 1, 3, 1] and runs.first_lost and runs.packets == 8
    assert runs.whole(lost=False).tolist() == [1, 3] and runs.whole(lost=True).tolist() == [1]


def test_runs_of_seen_states_are_geometric() -> None:
    chain, axis = CHAINS[0], np.arange(1, 31)
    assert run_shares(chain, lost=True, longest=30) == pytest.approx(0.3 * 0.7 ** (axis - 1.0))
    assert run_shares(chain, lost=False, longest=30) == pytest.approx(0.02 * 0.98 ** (axis - 1.0))


def test_lengths_of_a_chain_s_own_runs_are_not_doubted_and_others_are() -> None:
    """Under its own model a p-value is uniform: of 100 about 5 lie below 0.05."""
    chain = CHAINS[0]
    below = sum(run_length_p(chain, runs_of(played(chain, 4000, seed)), 0) < 0.05 for seed in range(100))
    assert abs(below - 5) < 4.5 * np.sqrt(100 * 0.05 * 0.95)
    assert run_length_p(Chain(0.02, 0.5, 0.0, 1.0), runs_of(played(chain, 20_000, 1)), 0) < 1e-6
