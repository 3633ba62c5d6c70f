"""The devices from which most is to be learned per second."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from wfsim.control import Controller
from wfsim.control._first import first
from wfsim.messages import Candidate
from wfsim.rng import Streams


class Oort(Controller, kind="oort"):
    """Devices of high utility, and a share of the cohort for devices that have not been seen yet.

    utility = (U + sqrt(0.1 ln R / L)) min(preferred_s / t, 1)^alpha. U is examples x root mean square training loss,
    scaled to 0 ... 1 over those seen, R the round, L the round of the device's last turn and t how long that took.
    In round R max(exploration decay^(R-1), least_exploration) of the cohort, on average, are drawn from those never
    seen; either side fills what the other lacks.

    Implements the published idea (Oort: Lai et al. 2021, OSDI, arXiv 2010.06081). Departures: the highest utilities are
    taken rather than drawn from near the cut-off, unseen devices are drawn uniformly rather than by speed, no clipping,
    no blacklist, and `preferred_s` is the median of the turns instead of a pacer's. A loss that is not known counts as
    the mean of the others; in timing-only runs examples alone count.
    """

    devices: int = Field(ge=1, description="size of the cohort", examples=[5])
    preferred_s: float | None = Field(
        None, gt=0.0, description="turn above which a device loses utility, s; null: median of the last turns"
    )
    alpha: float = Field(2.0, ge=0.0, description="exponent of the penalty on slow devices")
    exploration: float = Field(0.9, ge=0.0, le=1.0, description="share of the first cohort for devices never seen")
    decay: float = Field(0.98, gt=0.0, le=1.0, description="factor on that share from round to round")
    least_exploration: float = Field(0.2, ge=0.0, le=1.0, description="below which the share does not fall")

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        seen = [candidate for candidate in candidates if candidate.age_rounds is not None]
        unseen = [candidate for candidate in candidates if candidate.age_rounds is None]
        free = min(max(self.devices - busy, 0), len(candidates))
        share = self._share(round_number) * free
        places = min(math.floor(share + streams.generator("selection", round_number).random()), free)
        explored = min(max(places, free - len(seen)), len(unseen))
        utility = self._utilities(round_number, seen)
        best = first(free - explored, 0, seen, lambda candidate: -utility[candidate.device])
        drawn = first(explored, 0, unseen, lambda c: streams.generator("selection", round_number, c.device).random())
        return tuple(sorted((*best, *drawn)))

    def _share(self, round_number: int) -> float:
        """Of the cohort, for devices never seen."""
        return max(self.exploration * self.decay ** (round_number - 1), self.least_exploration)

    def _utilities(self, round_number: int, seen: Sequence[Candidate]) -> dict[str, float]:
        statistical = _scaled(_statistical(seen))
        preferred_s = self._preferred_s(seen)
        return {
            c.device: (statistical[c.device] + _uncertainty(round_number, c)) * self._speed(preferred_s, c.last_turn_s)
            for c in seen
        }

    def _preferred_s(self, seen: Sequence[Candidate]) -> float:
        turns_s = [candidate.last_turn_s for candidate in seen if candidate.last_turn_s is not None]
        if self.preferred_s is not None or not turns_s:
            return self.preferred_s or math.inf
        return statistics.median(turns_s)

    def _speed(self, preferred_s: float, turn_s: float | None) -> float:
        return 1.0 if turn_s is None or turn_s <= preferred_s else (preferred_s / turn_s) ** self.alpha


def _statistical(seen: Sequence[Candidate]) -> dict[str, float]:
    """|B| sqrt(mean squared loss) by device."""
    known = [candidate.last_loss for candidate in seen if candidate.last_loss is not None]
    usual = math.fsum(known) / len(known) if known else 1.0
    return {c.device: c.examples * (usual if c.last_loss is None else c.last_loss) for c in seen}


def _scaled(values: Mapping[str, float]) -> dict[str, float]:
    """From 0 for the lowest to 1 for the highest; all 0 where they are equal."""
    least, most = min(values.values(), default=0.0), max(values.values(), default=0.0)
    return {name: (value - least) / (most - least) if most > least else 0.0 for name, value in values.items()}


def _uncertainty(round_number: int, candidate: Candidate) -> float:
    """sqrt(0.1 ln R / L): grows for those whose last turn lies long back."""
    last_round = max(round_number - 1 - (candidate.age_rounds or 0), 1)
    return math.sqrt(0.1 * math.log(round_number) / last_round)
