"""Base, no kind itself, of rules whose mean goes through a server's optimiser."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.aggregate import State
from wfsim.aggregate._averaging import Averaging, Vector
from wfsim.aggregate.server import ServerOptimizer
from wfsim.aggregate.server.plain import Plain
from wfsim.messages import AdapterShapes


class Stepping(Averaging):
    """x <- x + server_lr * direction(centre); entries that no upload speaks for stay, and so does their memory."""

    server_lr: float = Field(1.0, gt=0.0, description="factor on the server's step")
    server: ServerOptimizer = Field(Plain(), description="what the server makes of the mean update")

    @property
    def step(self) -> float:
        return self.server_lr

    def begin(self, shapes: AdapterShapes) -> State:
        return self.server.begin(shapes.entries)

    def _stepped(self, centre: Vector, seen: NDArray[np.bool_], state: State) -> tuple[Vector, State]:
        own = {name: state[name] for name in self.server.begin(0)}
        direction, after = self.server.direction(centre, own)
        kept = {name: np.where(seen, array, own[name]) for name, array in after.items()}
        return self.server_lr * np.where(seen, direction, 0.0), {**state, **kept}
