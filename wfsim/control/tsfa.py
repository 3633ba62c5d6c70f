"""TSFA's second stage: ranks and bands online, under a budget of time per round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from wfsim.allocation import (
    Solution,
    Uploads,
    least_equal_round_s,
    least_round_s,
    solve_common,
    solve_common_equal,
    solve_per_device,
    solve_per_device_equal,
    solve_within,
    solve_within_equal,
)
from wfsim.control import Setting
from wfsim.control._queues import Memory, after_round, last_known
from wfsim.control._requested import expected_requests, requested_uploads, with_ranks
from wfsim.control._selecting import Selecting
from wfsim.errors import ScenarioError
from wfsim.messages import Candidate, Grant, Outcome, Request
from wfsim.rng import Streams

_LEAST_FREE = 0.01  # of the band: foreign traffic that takes more is not planned with
_LEAST_QUEUE = 0.01  # of the budget: a device whose queue is empty needs some band all the same


class Tsfa(Selecting, kind="tsfa"):
    """When all have asked, the ranks s_k and bands b_k of least V sum p_k eps_k(s_k) + Q T, sum b_k <= B.

    eps in [0, 1] is the energy left out, p_k the data share, T the round's time in s to the last upload's end, and the
    virtual queue Q <- max(Q + T - budget, 0) s holds the mean round to the budget (`after_round`); V is in s^2.
    `per_device` has sum Q_k T_k instead; `none` keeps the budget in every round if it can, without memory.
    Rates and ready times are taken to last: the queue makes up for what fading, losses and grants on the air change.
    `weights` plays no part. Implements the published idea (Kim & Choi, arXiv 2505.00333), details ours; drift plus
    penalty after Neely 2010. Solvers: `wfsim.allocation`. SNRs below -90 dB count as -90 dB.
    """

    latency_budget_s: float = Field(gt=0.0, description="what a round may take in the long run, s", examples=[10.0])
    v: float = Field(10.0, gt=0.0, description="weight of what is left out against time, s^2")
    queue: Literal["common", "per_device", "none"] = Field("common", description="what remembers time spent")
    bands: Literal["optimal", "equal"] = Field("optimal", description="bands solved for, or the same for everybody")
    ranks: int | None = Field(None, ge=1, description="ranks that everybody keeps; null: solved for")
    predict: bool = Field(False, description="decide from last requests, or the spectrum, and grant at once and free")
    spectrum_exponent: float = Field(
        1.0, ge=0.0, description="under `predict`: rank i of a device unheard of holds i^-x of the energy"
    )
    request_deadline_s: float | None = Field(
        None, gt=0.0, description="when grants leave without the missing, each of whom keeps an equal share, s"
    )
    gap_db: float = Field(2.0, ge=0.0, description="SNR gap to capacity that the link is taken to have, dB")
    max_bps_per_hz: float = Field(7.4, gt=0.0, description="cap that the link is taken to have, bit/s/Hz")
    loss: float = Field(0.0, ge=0.0, lt=1.0, description="share of packets that the link is taken to lose")

    @model_validator(mode="after")
    def _waits_for_requests(self) -> Tsfa:
        if self.predict and self.request_deadline_s is not None:
            raise ValueError("request_deadline_s has no meaning under predict, where nobody waits for requests")
        if self.predict and self.csi.kind not in ("perfect", "mean"):
            raise ValueError(f"csi {self.csi.kind} has no meaning under predict, which knows what selection knows")
        return self

    @property
    def asks(self) -> bool:
        return not self.predict

    @property
    def answers_after_s(self) -> float | None:
        return self.request_deadline_s

    @property
    def grants_ranks(self) -> bool:
        return True

    @property
    def reads_scores(self) -> bool:
        return True

    @property
    def paced(self) -> bool:
        return True

    def begin(self, setting: Setting) -> Memory:
        if self.ranks is not None and self.ranks > setting.rank:
            message = f"{self.ranks} ranks cannot be kept of an adapter of rank {setting.rank}"
            raise ScenarioError(message, path="controller.ranks")
        return Memory(band_hz=setting.band_hz, selection=super().begin(setting))

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        inner = state.selection if isinstance(state, Memory) else None
        return super().select(streams, round_number, candidates, busy, inner)

    def grants(
        self, requests: Sequence[Request], cohort: Sequence[Candidate], setting: Setting, state: Memory
    ) -> list[Grant]:
        if self.predict:
            memory = replace(state, selection=None)
            return [
                _predicted(self, request.upload_bits, tuple(cohort), memory)[request.device] for request in requests
            ]
        left_s = max(request.elapsed_s for request in requests)
        everybody = self.request_deadline_s is None or len(requests) == len(cohort)
        share = 1.0 if everybody else len(requests) / len(cohort)
        if not everybody:
            left_s = max(left_s, self.request_deadline_s)
        return list(self.answers(requests, cohort, [left_s] * len(requests), share, state).values())

    def answers(
        self,
        requests: Sequence[Request],
        cohort: Sequence[Candidate],
        ready_s: Sequence[float],
        share: float,
        memory: Memory,
    ) -> dict[str, Grant]:
        """Grants by device, solved for uploads that begin at `ready_s` in a `share` of the free band."""
        examples = {member.device: member.examples for member in cohort}
        uploads, first = self._choices(requests, examples, ready_s, share, memory)
        solution = self._solution(uploads, [request.device for request in requests], memory)
        weights = share * solution.bands_hz / uploads.band_hz
        return {
            request.device: Grant(device=request.device, band_weight=float(weight), keep=int(keep) + first - 1)
            for request, weight, keep in zip(requests, weights, solution.keep, strict=True)
        }

    def after(self, state: Memory, outcome: Outcome, requests: Sequence[Request]) -> Memory:
        memory = replace(
            after_round(state, outcome, requests, self.latency_budget_s),
            selection=super().after(state.selection, outcome, requests),
            began_s=state.longest_s if self.queue == "per_device" else state.queue_s,
        )
        if self.predict:
            memory = replace(memory, known=last_known(state.known, requests))
        return self._judged(memory, requests) if requests else memory

    def measures(self, state: Memory) -> dict[str, float]:
        """Of the queue in s, the mean round so far and whether the budget bound (the queue was not empty as the round
        began); how many rounds could not have met it, and what one rank of everybody would have taken in the last."""
        per_device = {"queue_max_s": state.longest_s, "queue_mean_s": state.mean_device_queue_s}
        return {
            **super().measures(state.selection),
            "queue_s": state.queue_s,
            **(per_device if self.queue == "per_device" else {}),
            "round_budget_s": self.latency_budget_s,
            "mean_round_s": state.mean_round_s,
            "binding": float(state.began_s > 0.0),
            "infeasible_rounds": float(state.infeasible_rounds),
            "least_round_s": state.least_round_s,
        }

    def _judged(self, memory: Memory, requests: Sequence[Request]) -> Memory:
        """Whether the budget could have been met had everybody kept one rank (or `ranks`)."""
        examples = {request.device: 1 for request in requests}
        begins_s = [request.elapsed_s for request in requests]
        ready_s = begins_s if self.predict else [max(begins_s)] * len(requests)
        uploads, _ = self._choices(requests, examples, ready_s, 1.0, memory)
        least_s = (least_equal_round_s if self.bands == "equal" else least_round_s)(uploads)
        infeasible = memory.infeasible_rounds + (least_s > self.latency_budget_s)
        return replace(memory, least_round_s=least_s, infeasible_rounds=infeasible)

    def _choices(
        self,
        requests: Sequence[Request],
        examples: Mapping[str, int],
        ready_s: Sequence[float],
        share: float,
        memory: Memory,
    ) -> tuple[Uploads, int]:
        free = max(sum(request.band_free for request in requests) / len(requests), _LEAST_FREE)
        uploads = requested_uploads(
            requests,
            examples,
            ready_s=ready_s,
            whole_band_hz=memory.band_hz,
            band_hz=share * free * memory.band_hz,
            gap_db=self.gap_db,
            cap_bps_per_hz=self.max_bps_per_hz,
            loss=self.loss,
        )
        return with_ranks(uploads, self.ranks)

    def _solution(self, uploads: Uploads, devices: Sequence[str], memory: Memory) -> Solution:
        equal = self.bands == "equal"
        if self.queue == "none":
            return (solve_within_equal if equal else solve_within)(uploads, budget_s=self.latency_budget_s)
        if self.queue == "common":
            return (solve_common_equal if equal else solve_common)(uploads, v=self.v, queue_s=memory.queue_s)
        queues_s, least_s = dict(memory.device_queues_s), _LEAST_QUEUE * self.latency_budget_s
        costs_s = np.array([max(queues_s.get(device, 0.0), least_s) for device in devices])
        return (solve_per_device_equal if equal else solve_per_device)(uploads, v=self.v, queues_s=costs_s)


@lru_cache(maxsize=4)
def _predicted(
    rule: Tsfa, asking_bits: tuple[float, ...], cohort: tuple[Candidate, ...], memory: Memory
) -> Mapping[str, Grant]:
    """The same for every device of a cohort that asks, one after the other, in a round."""
    requests = expected_requests(
        cohort, memory.known, asking_bits, fading=rule.csi.knows_fading, exponent=rule.spectrum_exponent
    )
    return rule.answers(requests, cohort, [request.elapsed_s for request in requests], 1.0, memory)
