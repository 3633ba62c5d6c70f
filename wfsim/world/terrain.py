"""What a link loses by where its device stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.shadowing import Links
from wfsim.rng import Streams
from wfsim.scenario.schema import Radio

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Terrain:
    """Path loss, line of sight and shadowing of links to one station; a link may be asked at many places."""

    radio: Radio
    streams: Streams
    station: str

    def los(self, links: Sequence[str], distance_m: Array) -> Bools | None:
        """One uniform per link at `los`/link against the model's probability; None where it makes no difference."""
        probability = self.radio.path_loss.los_probability(distance_m)
        return None if probability is None else self.los_draws(links) < probability

    def los_draws(self, links: Sequence[str]) -> Array:
        """The links' uniforms, [links]."""
        return np.array([self.streams.uniforms(1, "los", link)[0] for link in links], dtype=np.float64)

    def path_loss_db(self, distance_m: Array, los: Bools | None) -> Array:
        """Raises RunError outside the model's validity."""
        model, carrier_hz = self.radio.path_loss, self.radio.carrier_hz
        return model.loss_db(distance_m, carrier_hz) if los is None else model.loss_db(distance_m, carrier_hz, los)

    def shadowing_db(self, links: Sequence[str], distance_m: Array, position_m: Array, los: Bools | None) -> Array:
        """Raises RunError where the kind needs what the path loss model does not say."""
        model, known = self.radio.path_loss, los is not None
        facts = Links(
            names=tuple(links),
            station=self.station,
            position_m=position_m,
            los=los,
            std_db=model.shadow_std_db(los, distance_m, self.radio.carrier_hz) if known else None,
            correlation_m=model.shadow_correlation_m(los) if known else None,
        )
        return self.radio.shadowing.realise(self.streams, facts)
