"""Updates that nobody trained, for plans and timing-only runs whose decisions or sizes rest on what is learned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.messages import Adapter, AdapterShapes, Pair, PairShape, Values
from wfsim.part import Section
from wfsim.rng import Streams

_STD = 0.02  # of an entry before it is scaled: about what a round of LoRA training changes


class AssumedSpectrum(Section):
    """Energy of the ranks of an update: e_i ~ i^-exponent exp(sigma z_i), z_i ~ N(0, 1), sorted falling, of sum 1.

    An assumption, not a measurement: `wfsim plan --pilot` measures. A draw is addressed by (device, round) alone.
    """

    exponent: float = Field(1.0, ge=0.0, description="power law of the energy over ranks; 0 is a flat spectrum")
    sigma: float = Field(0.3, ge=0.0, le=10.0, description="spread of the logarithm of a rank's energy")

    def energies(self, streams: Streams, device: str, round_number: int, rank: int) -> NDArray[np.float64]:
        """Share of the energy ||b_i||^2 ||a_i||^2 that each rank holds, [rank], falling, of sum 1."""
        draw = streams.generator("assumed_spectrum", device, round_number).standard_normal(rank)
        energies = np.arange(1.0, rank + 1.0) ** -self.exponent * np.exp(self.sigma * draw)
        return np.sort(energies / energies.sum())[::-1]

    def dropped(self, streams: Streams, device: str, round_number: int, rank: int) -> NDArray[np.float64]:
        """Share of the energy left out when the best 1 ... rank ranks are kept, [rank]; the last is 0."""
        energies = self.energies(streams, device, round_number, rank)
        return np.append(np.cumsum(energies[:0:-1])[::-1], 0.0)

    def assumed_update(self, shapes: AdapterShapes, streams: Streams, device: str, round_number: int) -> Adapter:
        """An update (float32) every matrix of which has these energies, on ranks in random order; 0 where frozen.

        Directions and dense tensors are Gaussian. Where one factor is frozen, ||b_i||^2 or ||a_i||^2 alone follows.
        """
        generator = streams.generator("assumed_update", device, round_number)
        energies = shapes.rank * self.energies(streams, device, round_number, shapes.rank)
        pairs = {pair.name: _pair(generator, pair, energies, shapes) for pair in shapes.pairs}
        dense = {tensor.name: _float32(generator.normal(0.0, _STD, tensor.shape)) for tensor in shapes.dense}
        return Adapter(pairs=pairs, dense=dense)


def _pair(
    generator: np.random.Generator, shape: PairShape, energies: NDArray[np.float64], shapes: AdapterShapes
) -> Pair:
    lengths = generator.permutation(energies) ** (0.25 if shapes.sends_a and shapes.sends_b else 0.5)
    b = _rows(generator, lengths, shape.d_out).T if shapes.sends_b else np.zeros((shape.d_out, shapes.rank))
    a = _rows(generator, lengths, shape.d_in) if shapes.sends_a else np.zeros((shapes.rank, shape.d_in))
    return Pair(_float32(a), _float32(b))


def _rows(generator: np.random.Generator, lengths: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Gaussian directions [ranks, width] whose root mean squares are `lengths` times `_STD`."""
    rows = generator.standard_normal((len(lengths), width))
    return rows * (_STD * np.sqrt(width) * lengths / np.linalg.norm(rows, axis=1))[:, None]


def _float32(values: NDArray[np.float64]) -> Values:
    return np.ascontiguousarray(values, np.float32)
