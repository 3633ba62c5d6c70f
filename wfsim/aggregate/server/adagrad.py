"""Steps that shrink with the sum of squares."""

from __future__ import annotations

from wfsim.aggregate.server._adaptive import Adaptive, Vector


class Adagrad(Adaptive, kind="adagrad"):
    """v <- v + d^2 (FedAdagrad, Reddi et al. 2020, arXiv 2003.00295); the paper uses beta1 = 0."""

    def _square(self, before: Vector, square: Vector) -> Vector:
        return before + square
