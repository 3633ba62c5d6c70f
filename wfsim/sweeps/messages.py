"""What a sweep and its worker processes tell each other; pickled, one after another, through two pipes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wfsim.scenario.load import Overrides
from wfsim.simulate import Resources


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The first message to a worker: the sweep whose cells it will run, as the person gave it."""

    source: str
    overrides: Overrides
    resources: Resources


@dataclass(frozen=True, kw_only=True)
class Order:
    """Run the cell with this number into this directory."""

    number: int
    run_id: str
    path: Path


@dataclass(frozen=True)
class Stop:
    """Bring the running cell to a point from which it can go on."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The running cell closed a round at this simulated time."""

    round: int
    t_s: float


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The running cell is over: `completed`, `failed` or `interrupted`, and the cause in one line."""

    status: str
    cause: str = ""
