"""Several kinds of foreign traffic at once."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from wfsim.radio.background import Background, ForeignTraffic
from wfsim.rng import Streams


class Several(Background, kind="several"):
    """The shares of several sources add up, clipped at the whole band. Sources are independent of each other.

    The first source has the path that it would have alone. `mean_share` is that of sources which each take their part
    of what the others leave, 1 - prod(1 - m): exact when one of them takes all or nothing, else a lower bound.
    """

    of: tuple[Background, ...] = Field(
        min_length=1, description="the sources", examples=[["on_off", {"kind": "daily", "share": 0.5}]]
    )

    @model_validator(mode="after")
    def _is_flat(self) -> Several:
        if any(isinstance(source, Several) for source in self.of):
            raise ValueError("of holds a several; list its sources instead")
        return self

    def realise(self, streams: Streams, direction: str, start_s: float) -> ForeignTraffic:
        own = [direction, *(f"{direction}/{number}" for number in range(1, len(self.of)))]
        return _Together(
            [source.realise(streams, address, start_s) for source, address in zip(self.of, own, strict=True)]
        )

    def mean_share(self) -> float:
        return 1.0 - math.prod(1.0 - source.mean_share() for source in self.of)


class _Together:
    """The clipped sum of some paths."""

    def __init__(self, paths: list[ForeignTraffic]) -> None:
        self._paths = paths

    def share(self, t_s: float) -> float:
        """At most 1."""
        return min(math.fsum(path.share(t_s) for path in self._paths), 1.0)

    def holds_until_s(self, t_s: float) -> float:
        """The next change of any of them, or of those that take the whole band alone."""
        full = [path for path in self._paths if path.share(t_s) >= 1.0]
        return (max if full else min)(path.holds_until_s(t_s) for path in full or self._paths)
