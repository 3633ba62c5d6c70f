"""Rank and ratio adapted online, slowly and quickly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from pydantic import Field, model_validator

from wfsim.control import Setting
from wfsim.control._selecting import Selecting
from wfsim.errors import RunError, ScenarioError
from wfsim.messages import Candidate, Grant, Orders, Outcome, Request
from wfsim.rng import Streams


@dataclass(frozen=True, kw_only=True)
class MetaState:
    """What is remembered: the grid of ranks, the rank that trains and for how many rounds it has, the ranks that may
    be kept, and smoothed over these rounds the tail's share of the energy and the duration of a round."""

    selection: Any
    grid: tuple[int, ...]
    rank: int
    most: int
    rounds: int = 0
    tail: float | None = None
    round_s: float | None = None
    keep: float | None = None


class Meta(Selecting, kind="meta"):
    """Two loops with hysteresis, from the score spectra in requests and the duration of rounds.

    Quick (ratio): a device keeps the fewest ranks that drop at most `dropped_target` of its update's energy, and at
    most m of them: one less after a round above `round_budget_s`, one more after a round below `headroom` of it.
    Slow (rank): all train the first r ranks. With e the energy share of the ranks above the next lower step of the
    grid (1 at the lowest), r goes one step down when e < `low` or rounds are too long, and one step up when e > `high`,
    rounds are within the headroom and m = r; at most every `dwell_rounds` rounds. e, a mean over the requests, and the
    durations are smoothed exponentially, anew after every step. A rule of wfsim's own, to set against a fixed rank.
    """

    round_budget_s: float = Field(gt=0.0, description="duration that a round should have at most, s", examples=[10.0])
    ranks: tuple[int, ...] | None = Field(
        None, min_length=1, description="grid of ranks, rising; null: 1, 2, 4 ... and the adapter's"
    )
    start_rank: int | None = Field(None, ge=1, description="rank of the first rounds, in the grid; null: its largest")
    dropped_target: float = Field(0.1, ge=0.0, le=1.0, description="share of the energy that a device may drop")
    low: float = Field(0.02, ge=0.0, le=1.0, description="energy share of the tail below which the rank falls")
    high: float = Field(0.2, ge=0.0, le=1.0, description="energy share of the tail above which the rank rises")
    headroom: float = Field(0.8, gt=0.0, le=1.0, description="share of the budget below which there is time for more")
    smoothing: float = Field(0.5, gt=0.0, le=1.0, description="weight of the newest round in the smoothed values")
    dwell_rounds: int = Field(3, ge=1, description="rounds between two changes of the rank at least")

    @model_validator(mode="after")
    def _in_order(self) -> Meta:
        if self.low > self.high:
            raise ValueError(f"low is {self.low:g}, above high, {self.high:g}")
        if self.ranks is not None and (
            self.ranks[0] < 1 or any(after <= before for before, after in pairwise(self.ranks))
        ):
            raise ValueError(f"ranks must rise from 1 or more, these are {list(self.ranks)}")
        return self

    @property
    def grants_ranks(self) -> bool:
        return True

    @property
    def reads_scores(self) -> bool:
        return True

    @property
    def paced(self) -> bool:
        return True

    def begin(self, setting: Setting) -> MetaState:
        grid = self.ranks or _doubling(setting.rank)
        if grid[-1] > setting.rank:
            raise ScenarioError(f"ranks go up to {grid[-1]}, the adapter's rank is {setting.rank}", path="controller")
        if self.start_rank is not None and self.start_rank not in grid:
            raise ScenarioError(f"start_rank {self.start_rank} is not in the grid {list(grid)}", path="controller")
        rank = self.start_rank or grid[-1]
        return MetaState(selection=self.selection.begin(setting), grid=grid, rank=rank, most=rank)

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        return self.selection.select(streams, round_number, candidates, busy, state.selection)

    def orders(self, round_number: int, cohort: Sequence[Candidate], setting: Setting, state: Any) -> dict[str, Orders]:
        known = super().orders(round_number, cohort, setting, state)
        return {c.device: replace(known.get(c.device, Orders()), rank=state.rank) for c in cohort}

    def grants(
        self, requests: Sequence[Request], cohort: Sequence[Candidate], setting: Setting, state: Any
    ) -> list[Grant]:
        return [
            Grant(device=r.device, band_weight=self.weights.share(r, cohort), keep=self._keep(r, state))
            for r in requests
        ]

    def after(self, state: Any, outcome: Outcome, requests: Sequence[Request]) -> MetaState:
        selection = self.selection.after(state.selection, outcome, requests)
        measured = self._measured(replace(state, selection=selection), outcome, requests)
        rank = self._next_rank(measured)
        if rank == measured.rank:
            return replace(measured, most=self._next_most(measured))
        return replace(measured, rank=rank, most=min(measured.most, rank), rounds=0, tail=None, round_s=None)

    def measures(self, state: Any) -> dict[str, float]:
        found = {"rank": state.rank, "keep": state.keep, "keep_most": state.most, "tail_energy": state.tail}
        return {**self.selection.measures(state.selection), **{k: float(v) for k, v in found.items() if v is not None}}

    def _keep(self, request: Request, state: MetaState) -> int:
        above = sum(share > self.dropped_target for share in _dropped(request)[: state.rank])
        return min(above + 1, state.rank, state.most)

    def _measured(self, state: MetaState, outcome: Outcome, requests: Sequence[Request]) -> MetaState:
        """The state with what this round showed."""
        lower = max((rank for rank in state.grid if rank < state.rank), default=0)
        tails = [_dropped(request)[lower - 1] if lower else 1.0 for request in requests]
        return replace(
            state,
            rounds=state.rounds + 1,
            tail=self._smoothed(state.tail, _mean(tails)),
            round_s=self._smoothed(state.round_s, outcome.round_s),
            keep=_mean([self._keep(request, state) for request in requests]),
        )

    def _smoothed(self, before: float | None, newest: float | None) -> float | None:
        if before is None or newest is None:
            return before if newest is None else newest
        return before + self.smoothing * (newest - before)

    def _next_rank(self, state: MetaState) -> int:
        place = state.grid.index(state.rank)
        if state.rounds < self.dwell_rounds:
            return state.rank
        if place > 0 and (self._too_long(state) or (state.tail is not None and state.tail < self.low)):
            return state.grid[place - 1]
        rises = self._has_time(state) and state.most == state.rank and state.tail is not None and state.tail > self.high
        return state.grid[place + 1] if rises and place + 1 < len(state.grid) else state.rank

    def _next_most(self, state: MetaState) -> int:
        if self._too_long(state):
            return max(state.most - 1, 1)
        return min(state.most + 1, state.rank) if self._has_time(state) else state.most

    def _too_long(self, state: MetaState) -> bool:
        return state.round_s > self.round_budget_s

    def _has_time(self, state: MetaState) -> bool:
        return state.round_s <= self.headroom * self.round_budget_s


def _doubling(rank: int) -> tuple[int, ...]:
    """1, 2, 4 ... below `rank`, and `rank`."""
    return (*(2**power for power in range((rank - 1).bit_length())), rank)


def _dropped(request: Request) -> tuple[float, ...]:
    if request.dropped is None:
        raise RunError(f"controller meta needs the scores of {request.device}, whose request holds none")
    return request.dropped


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
