"""Ranks and bands solved together, against all choices of ranks on 100 seeded small cases of each problem.

The references are slow and share nothing with the solvers: Lambert's W under bisection for common finish times,
bisection of the marginal price for finish times of one's own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import lambertw

from wfsim.allocation import (
    Solution,
    Uploads,
    finish_times_s,
    least_round_s,
    required_bands_hz,
    solve_common,
    solve_common_equal,
    solve_per_device,
    solve_per_device_equal,
    solve_within,
    solve_within_equal,
)
from wfsim.allocation.knapsack import greedy_levels, least_loss

_CASES, _BAND_HZ = 100, 1e6


def draw_uploads(generator: np.random.Generator, devices: int, ranks: int) -> Uploads:
    """SNRs of -15 to 25 dB over the band, spectra from nearly flat to steep, ready together or apart."""
    energies = -np.sort(-(generator.exponential(1.0, (devices, ranks)) ** generator.uniform(0.3, 3.0)), axis=1)
    dropped = np.maximum(1.0 - np.cumsum(energies, axis=1) / energies.sum(axis=1, keepdims=True), 0.0)
    dropped[:, -1] = 0.0
    together = generator.random() < 0.5
    bits = generator.uniform(1e4, 4e5) * np.arange(1, ranks + 1) + generator.uniform(0.0, 2e5)
    return Uploads(
        bits=np.tile(bits, (devices, 1)),
        dropped=dropped,
        shares=generator.dirichlet(np.ones(devices)),
        snr_hz=_BAND_HZ * 10.0 ** generator.uniform(-1.5, 2.5, devices),
        ready_s=np.full(devices, 2.0) if together else generator.uniform(0.0, 3.0, devices),
        band_hz=_BAND_HZ,
        gap=10.0**0.2,
        cap_bps_per_hz=float(generator.choice([3.0, 7.4, np.inf])),
        loss=float(generator.choice([0.0, 0.1])),
    )


def cases(seed: int, most_devices: int, most_ranks: int) -> list[tuple[Uploads, np.random.Generator]]:
    generator = np.random.default_rng(seed)
    sizes = generator.integers([2, 2], [most_devices + 1, most_ranks + 1], (_CASES, 2))
    return [(draw_uploads(generator, int(n), int(r)), generator) for n, r in sizes]


def every_choice(uploads: Uploads) -> np.ndarray:
    count, ranks = uploads.bits.shape
    return np.array(list(itertools.product(range(ranks), repeat=count)))


def pick(table: np.ndarray, levels: np.ndarray) -> np.ndarray:
    return np.take_along_axis(table[None], levels[..., None], axis=-1)[..., 0]


def slow_finish_s(uploads: Uploads, levels: np.ndarray) -> np.ndarray:
    """Min-max times [m] of levels [m, n] by bisection on the band needed."""
    bits, scale_hz = pick(uploads.bits, levels) / (1.0 - uploads.loss), uploads.snr_hz / uploads.gap
    low = np.full(len(levels), uploads.ready_s.max())
    high = (uploads.ready_s + bits / slow_rates(uploads, np.full(bits.shape[1], _BAND_HZ / bits.shape[1]))).max(axis=1)
    for _ in range(44):
        middle = 0.5 * (low + high)
        rates = bits / (middle[:, None] - uploads.ready_s)
        load = rates * np.log(2.0) / scale_hz
        inside = np.where(load < 1.0, load, 0.5)
        w = -lambertw(-inside * np.exp(-inside), -1).real - inside
        needed_hz = np.maximum(scale_hz / np.expm1(w), rates / uploads.cap_bps_per_hz)
        fits = np.where(load < 1.0, needed_hz, np.inf).sum(axis=1) <= uploads.band_hz
        low, high = np.where(fits, low, middle), np.where(fits, middle, high)
    return high


def slow_rates(uploads: Uploads, bands_hz: np.ndarray) -> np.ndarray:
    curve = np.log2(1.0 + uploads.snr_hz / (uploads.gap * bands_hz))
    return bands_hz * np.minimum(curve, uploads.cap_bps_per_hz)


def slow_least_cost_s(uploads: Uploads, queues_s: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """min over bands of sum Q_k T_k [m] for levels [m, n]: bisection on the price and, within, on every band."""
    weights = queues_s * pick(uploads.bits, levels) / (1.0 - uploads.loss)

    def bands_at(price: np.ndarray) -> np.ndarray:
        low, high = np.zeros(weights.shape), np.full(weights.shape, np.log(10.0 * _BAND_HZ))
        for _ in range(28):
            middle = 0.5 * (low + high)
            dear = weights * slow_marginal(uploads, np.exp(middle)) > price[:, None]
            low, high = np.where(dear, middle, low), np.where(dear, high, middle)
        return np.exp(low)

    low, high = np.full(len(levels), -40.0), np.full(len(levels), 20.0)
    for _ in range(28):  # what is left of the error counts squared
        middle = 0.5 * (low + high)
        over = bands_at(np.exp(middle)).sum(axis=1) > uploads.band_hz
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    bands_hz = bands_at(np.exp(high))
    bands_hz *= (uploads.band_hz / bands_hz.sum(axis=1))[:, None]
    return (queues_s * uploads.ready_s + weights / slow_rates(uploads, bands_hz)).sum(axis=1)


def slow_marginal(uploads: Uploads, bands_hz: np.ndarray) -> np.ndarray:
    """R'(b) / R(b)^2."""
    snr = uploads.snr_hz / (uploads.gap * bands_hz)
    curve = np.log2(1.0 + snr)
    slope = curve - snr / ((1.0 + snr) * np.log(2.0))
    below = curve > uploads.cap_bps_per_hz
    return np.where(below, uploads.cap_bps_per_hz, slope) / slow_rates(uploads, bands_hz) ** 2


def left_out(uploads: Uploads, levels: np.ndarray) -> np.ndarray:
    return pick(uploads.shares[:, None] * uploads.dropped, levels).sum(axis=1)


def require_feasible(uploads: Uploads, solution: Solution) -> None:
    """Ranks that exist, bands that fit, and every upload over when it is said to be."""
    assert ((solution.keep >= 1) & (solution.keep <= uploads.bits.shape[1])).all()
    assert (solution.bands_hz > 0.0).all() and solution.bands_hz.sum() <= uploads.band_hz * (1.0 + 1e-12)
    ends_s = ends_of(uploads, solution)
    assert ends_s.max() == pytest.approx(solution.finish_s, rel=1e-9)


def ends_of(uploads: Uploads, solution: Solution) -> np.ndarray:
    bits = pick(uploads.bits, solution.keep[None] - 1)[0] / (1.0 - uploads.loss)
    return uploads.ready_s + bits / slow_rates(uploads, solution.bands_hz)


def gaps_of(solve: Callable[[Uploads, np.random.Generator], tuple[Solution, np.ndarray]], seed: int) -> np.ndarray:
    """Relative distance of every case's objective to the least of all choices; every answer is feasible."""
    sizes = (3, 4) if solve is per_device_case else (4, 5)
    gaps = []
    for uploads, generator in cases(seed, *sizes):
        solution, values = solve(uploads, generator)
        require_feasible(uploads, solution)
        gaps.append(solution.objective / values.min() - 1.0 if values.min() > 0.0 else solution.objective)
    return np.array(gaps)


def common_case(uploads: Uploads, generator: np.random.Generator) -> tuple[Solution, np.ndarray]:
    v, queue_s = 10.0 ** generator.uniform(-1.0, 2.0), 10.0 ** generator.uniform(-2.0, 1.0)
    levels = every_choice(uploads)
    values = v * left_out(uploads, levels) + queue_s * slow_finish_s(uploads, levels)
    solution = solve_common(uploads, v=v, queue_s=queue_s)
    assert solution.bands_hz.sum() == pytest.approx(_BAND_HZ, rel=1e-9)
    assert ends_of(uploads, solution) == pytest.approx([solution.finish_s] * len(solution.keep), rel=1e-9)
    return solution, values


def per_device_case(uploads: Uploads, generator: np.random.Generator) -> tuple[Solution, np.ndarray]:
    v, queues_s = 10.0 ** generator.uniform(-1.0, 2.0), 10.0 ** generator.uniform(-2.0, 1.0, len(uploads.shares))
    levels = every_choice(uploads)
    values = v * left_out(uploads, levels) + slow_least_cost_s(uploads, queues_s, levels)
    solution = solve_per_device(uploads, v=v, queues_s=queues_s)
    assert solution.bands_hz.sum() == pytest.approx(_BAND_HZ, rel=1e-12)
    return solution, values


def within_case(uploads: Uploads, generator: np.random.Generator) -> tuple[Solution, np.ndarray]:
    levels = every_choice(uploads)
    ends_s = slow_finish_s(uploads, levels)
    budget_s = generator.uniform(0.9 * ends_s.min(), ends_s.max())
    solution = solve_within(uploads, budget_s=budget_s)
    possible = ends_s <= budget_s
    if not possible.any():
        assert (solution.keep == 1).all() and solution.finish_s > budget_s
        return solution, np.array([left_out(uploads, np.zeros((1, len(uploads.shares)), dtype=int))[0]])
    assert solution.finish_s <= budget_s * (1.0 + 1e-9)
    return solution, left_out(uploads, levels)[possible]


@pytest.mark.parametrize(("solve", "seed"), [(common_case, 1), (per_device_case, 2), (within_case, 3)])
def test_solutions_are_feasible_and_nearly_always_the_best_of_all_choices(solve: Callable, seed: int) -> None:
    gaps = gaps_of(solve, seed)
    quantiles = np.quantile(gaps, [0.5, 0.9, 0.99, 1.0])
    print(
        f"\n{solve.__name__}: exact in {np.mean(gaps <= 1e-9):.1%} of {_CASES}; gap at 50, 90, 99, 100 %: {quantiles}"
    )
    assert gaps.min() > -1e-9  # nobody beats the best
    assert np.mean(gaps <= 1e-9) >= 0.9


def test_at_equal_bands_the_best_ranks_are_found_exactly() -> None:
    for uploads, generator in cases(4, 4, 4):
        levels, count = every_choice(uploads), len(uploads.shares)
        rates = slow_rates(uploads, np.full(count, _BAND_HZ / count))
        ends_s = uploads.ready_s + pick(uploads.bits, levels) / (1.0 - uploads.loss) / rates
        v, queues_s = 10.0 ** generator.uniform(-1.0, 2.0), 10.0 ** generator.uniform(-2.0, 1.0, count)
        lost, last_s = left_out(uploads, levels), ends_s.max(axis=1)
        budget_s = generator.uniform(last_s.min(), last_s.max())
        for solution, least in (
            (solve_common_equal(uploads, v=v, queue_s=queues_s[0]), (v * lost + queues_s[0] * last_s).min()),
            (solve_per_device_equal(uploads, v=v, queues_s=queues_s), (v * lost + (queues_s * ends_s).sum(1)).min()),
            (solve_within_equal(uploads, budget_s=budget_s), lost[last_s <= budget_s].min()),
        ):
            require_feasible(uploads, solution)
            assert solution.bands_hz == pytest.approx([_BAND_HZ / count] * count)
            assert solution.objective == pytest.approx(least, rel=1e-9, abs=1e-12)


def long_double_root_hz(rate: float, snr_hz: float) -> float:
    """Bisection in 64-bit mantissas."""
    rate, snr_hz = np.longdouble(rate) * np.log(np.longdouble(2.0)), np.longdouble(snr_hz)
    low, high = np.longdouble(0.0), np.longdouble(1e15)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if middle * np.log1p(snr_hz / middle) >= rate else (middle, high)
    return float(high)


def test_roots_over_a_whole_table_are_exact_to_1e9_down_to_a_snr_of_1e6() -> None:
    snr = 10.0 ** np.arange(-6.0, 7.0)[:, None]
    rates = _BAND_HZ * np.log1p(snr) / np.log(2.0) * np.array([0.01, 0.3, 1.0])
    found = required_bands_hz(rates, snr * _BAND_HZ)
    exact = [[long_double_root_hz(rate, row[0] * _BAND_HZ) for rate in line] for line, row in zip(rates, snr)]
    assert found == pytest.approx(np.array(exact), rel=1e-9)


def test_uploads_that_begin_apart_end_together_and_fill_the_band() -> None:
    bits, snr_hz, ready_s = np.array([2e6, 5e5, 1e6]), np.array([1e7, 2e5, 1e9]), np.array([0.0, 4.0, 2.5])
    finish_s = finish_times_s(bits, snr_hz, ready_s, _BAND_HZ, cap_bps_per_hz=5.0)
    needed_hz = required_bands_hz(bits / (finish_s - ready_s), snr_hz, cap_bps_per_hz=5.0)
    assert needed_hz.sum() == pytest.approx(_BAND_HZ, rel=1e-9)
    assert finish_s > ready_s.max()


def test_the_knapsack_is_exact_where_greed_is_not() -> None:
    generator, levels, beaten = np.random.default_rng(6), np.array(list(itertools.product(range(3), repeat=8))), 0
    for _ in range(40):
        hertz = np.cumsum(generator.uniform(0.1, 1.0, (8, 3)), axis=1)
        loss = np.cumsum(generator.uniform(0.0, 1.0, (8, 3)), axis=1)[:, ::-1]
        band_hz = generator.uniform(hertz[:, 0].sum(), hertz[:, 2].sum())
        (greedy,) = greedy_levels(hertz[None], loss, band_hz)
        exact = least_loss(hertz, loss, band_hz, greedy)
        lost = pick(loss, np.array([greedy, exact])).sum(axis=1)
        fits = pick(hertz, levels).sum(axis=1) <= band_hz
        assert lost[1] == pytest.approx(pick(loss, levels).sum(axis=1)[fits].min(), rel=1e-12)
        assert pick(hertz, exact[None]).sum() <= band_hz
        beaten += lost[0] > lost[1]
    assert beaten > 5


def test_the_longer_the_queue_the_shorter_the_round_and_the_more_is_left_out() -> None:
    uploads = draw_uploads(np.random.default_rng(7), 8, 6)
    solutions = [solve_common(uploads, v=50.0, queue_s=queue_s) for queue_s in (0.0, *np.geomspace(0.01, 1e4, 25))]
    lengths_s, lost = [s.finish_s for s in solutions], [left_out(uploads, s.keep[None] - 1)[0] for s in solutions]
    assert (solutions[0].keep == 6).all() and (solutions[-1].keep == 1).all()
    assert lengths_s[-1] == pytest.approx(least_round_s(uploads), rel=1e-12)
    assert (np.diff(lengths_s) <= 1e-12).all() and (np.diff(lost) >= -1e-12).all()
    assert len(set(lengths_s)) > 5


def test_the_order_of_devices_does_not_matter() -> None:
    uploads, order = draw_uploads(np.random.default_rng(3), 6, 5), np.array([3, 0, 5, 1, 4, 2])
    fields = {name: getattr(uploads, name)[order] for name in ("bits", "dropped", "shares", "snr_hz", "ready_s")}
    same = Uploads(**{**vars(uploads), **fields})
    here, there = (solve_common(each, v=20.0, queue_s=1.0) for each in (uploads, same))
    assert (here.keep[order] == there.keep).all() and len(set(here.keep.tolist())) > 1
    assert here.bands_hz[order] == pytest.approx(there.bands_hz, rel=1e-9)


def test_without_a_cost_of_time_a_device_has_no_band() -> None:
    uploads = draw_uploads(np.random.default_rng(1), 2, 3)
    with pytest.raises(ValueError, match="above 0"):
        solve_per_device(uploads, v=1.0, queues_s=np.array([1.0, 0.0]))
