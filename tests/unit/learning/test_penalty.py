"""Penalties on hand-made factors, and what they do to a spectrum of ranks."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from wfsim.learning.penalty import Penalty

torch = pytest.importorskip("torch")

A = torch.tensor([[[1.0, 0.0, 2.0], [3.0, 1.0, 0.0]]], dtype=torch.float64)  # A A' = [[5, 3], [3, 10]]
B = torch.tensor([[[1.0, 2.0], [0.0, 1.0]]], dtype=torch.float64)  # B' B = [[1, 2], [2, 5]]


@pytest.mark.parametrize(
    ("kind", "factors", "expected"),
    [
        ("off_diagonal", "both", 2 * 9 + 2 * 4),
        ("off_diagonal", "a", 18),
        ("off_diagonal", "b", 8),
        ("identity", "both", (16 + 18 + 81) + (0 + 8 + 16)),
        ("identity", "a", 115),
        ("identity", "b", 24),
    ],
)
def test_values_by_hand(kind, factors, expected) -> None:
    penalty = Penalty.parse({"kind": kind, "weight": 0.5, "factors": factors})
    assert penalty.value(A, B).tolist() == pytest.approx([0.5 * expected])
    of_a, of_b = penalty.gradients(A, B)
    assert (of_a is None, of_b is None) == (factors == "b", factors == "a")


def test_gradients_by_hand() -> None:
    """4 w offdiag(A A') A swaps the rows of A times 3, 4 w B offdiag(B' B) the columns of B times 2."""
    of_a, of_b = Penalty.parse({"kind": "off_diagonal", "weight": 0.25}).gradients(A, B)
    assert torch.equal(of_a, 3.0 * A.flip(1)) and torch.equal(of_b, 2.0 * B.flip(2))


@pytest.mark.parametrize(("kind", "orthonormal"), [("off_diagonal", False), ("identity", True)])
def test_descent_makes_ranks_orthogonal_and_identity_makes_them_alike(kind, orthonormal) -> None:
    generator = torch.Generator().manual_seed(1)
    a = torch.randn(1, 4, 12, generator=generator, dtype=torch.float64) * torch.tensor([2.0, 1.0, 0.5, 0.25])[:, None]
    penalty = Penalty.parse({"kind": kind, "weight": 0.005})
    for _ in range(4000):
        a -= penalty.gradients(a, torch.zeros(1, 3, 4, dtype=torch.float64))[0]
    gram = a[0] @ a[0].T
    diagonal = gram.diagonal()
    assert (gram - torch.diag(diagonal)).abs().max() < 1e-3 * diagonal.max()
    assert ((diagonal - 1.0).abs().max() < 1e-6) == orthonormal


@pytest.mark.parametrize("fields", [{"weight": 0.0}, {"weight": -1.0}, {"factors": "c"}])
@pytest.mark.parametrize("kind", ["off_diagonal", "identity"])
def test_fields_out_of_range(kind, fields) -> None:
    with pytest.raises(ValidationError):
        Penalty.parse({"kind": kind, **fields})
