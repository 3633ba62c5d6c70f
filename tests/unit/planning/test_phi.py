"""Phi and its parts, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.errors import RunError
from wfsim.messages import Adapter, AdapterShapes, PairShape
from wfsim.planning import phi
from wfsim.planning.energies import assumed_energies, measured_energies
from wfsim.planning.phi import RankCost

ENERGIES = np.array([0.5, 0.25, 0.125, 0.125])


def cost(rank: int, kept: int | None, at_largest: float = 0.0) -> RankCost:
    return RankCost(
        rank=rank,
        upload_bits=8.0,
        round_s=1.0,
        kept=kept,
        tail=phi.tail(ENERGIES, rank),
        dropped=None if kept is None else phi.dropped(ENERGIES, rank, kept),
        covariance=phi.covariance(at_largest, rank, 4),
    )


@pytest.mark.parametrize(
    ("rank", "kept", "parts"),
    [
        (1, 1, (0.5, 0.0, 0.02)),
        (2, 1, (0.25, 0.25, 0.04)),
        (3, 2, (0.125, 0.125, 0.06)),
        (4, 4, (0.0, 0.0, 0.08)),
        (4, 1, (0.0, 0.5, 0.08)),
    ],
)
def test_the_three_parts_of_phi(rank: int, kept: int, parts: tuple[float, float, float]) -> None:
    """Of energies 1/2, 1/4, 1/8, 1/8 and a covariance of 0.08 at rank 4, 0.02 per rank."""
    found = cost(rank, kept, 0.08)
    assert (found.tail, found.dropped, found.covariance) == pytest.approx(parts)
    assert found.phi == pytest.approx(sum(parts))


def test_where_nothing_is_kept_there_is_no_phi() -> None:
    assert cost(4, None).phi is None


@pytest.mark.parametrize(
    ("kept", "at_largest", "rank"),
    [
        ((1, 2, 4), 0.0, 4),  # everything fits and averaging costs nothing: the largest
        ((1, 2, 2), 0.0, 2),  # two ranks fit at any rank: equal costs, the smallest
        ((1, 1, 1), 0.0, 1),
        ((1, 2, 3), 1.2, 1),  # 0.5 + 0.3 < 0.25 + 0.6 < 0.125 + 1.2
        ((1, 2, 3), 0.4, 2),  # 0.25 + 0.2 < 0.125 + 0.4 < 0.5 + 0.1
        ((None, 2, None), 0.0, 2),
    ],
)
def test_the_choice_among_ranks_1_2_and_4(kept: tuple[int | None, ...], at_largest: float, rank: int) -> None:
    chosen = phi.best([cost(r, k, at_largest) for r, k in zip((1, 2, 4), kept, strict=True)])
    assert chosen is not None and chosen.rank == rank


def test_without_a_rank_in_the_budget_nothing_is_chosen() -> None:
    assert phi.best([cost(1, None), cost(2, None)]) is None


def test_assumed_energies_are_a_power_law_over_the_modes_of_every_matrix() -> None:
    """i^-1 over two and over three modes: (2/3, 1/3) and (6/11, 3/11, 2/11), averaged."""
    energies = assumed_energies(1.0, [PairShape("m", 2, 9), PairShape("n", 5, 3)])
    assert energies == pytest.approx([(2 / 3 + 6 / 11) / 2, (1 / 3 + 3 / 11) / 2, 1 / 11])
    assert assumed_energies(0.0, [PairShape("m", 4, 4)]) == pytest.approx([0.25] * 4)


def test_measured_energies_are_those_of_the_products() -> None:
    shapes = AdapterShapes(rank=3, pairs=(PairShape("m", 6, 9), PairShape("n", 2, 5)), dense=())
    values = np.random.default_rng(1).normal(size=shapes.entries).astype(np.float32)
    adapter = Adapter.from_vector(shapes, values)
    energies, energy = measured_energies(adapter)
    squares = np.zeros(3)
    for pair in adapter.pairs.values():
        singular = np.linalg.svd(pair.b.astype(float) @ pair.a.astype(float), compute_uv=False)[:3]
        squares[: len(singular)] += singular**2
    assert energy == pytest.approx(squares.sum())
    assert energies == pytest.approx(squares / squares.sum(), abs=1e-12)


def test_an_adapter_that_has_not_moved_has_no_energies() -> None:
    shapes = AdapterShapes(rank=1, pairs=(PairShape("m", 2, 2),), dense=())
    with pytest.raises(RunError, match="the pilot learned nothing"):
        measured_energies(Adapter.from_vector(shapes, np.zeros(4, np.float32)))
