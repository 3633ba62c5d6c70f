"""What TSFA remembers between rounds: virtual queues of time spent beyond a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wfsim.messages import Outcome, Request


@dataclass(frozen=True, kw_only=True)
class Memory:
    """`queue_s` is that of rounds, `device_queues_s` those of devices by name; `began_s` is the one that counted (the
    longest of several) when the last round began. `least_round_s` is what one rank of everybody would have taken in it.
    `known` holds the last request of every device, where a rule decides from those."""

    band_hz: float
    selection: Any = None
    queue_s: float = 0.0
    device_queues_s: tuple[tuple[str, float], ...] = ()
    began_s: float = 0.0
    rounds: int = 0
    total_s: float = 0.0
    infeasible_rounds: int = 0
    least_round_s: float = 0.0
    known: tuple[Request, ...] = ()

    @property
    def mean_round_s(self) -> float:
        """Of the rounds so far; 0 before the first."""
        return self.total_s / max(self.rounds, 1)

    @property
    def longest_s(self) -> float:
        """The longest queue of a device."""
        return max((queue_s for _, queue_s in self.device_queues_s), default=0.0)

    @property
    def mean_device_queue_s(self) -> float:
        """Over the devices that took part so far; 0 before the first round."""
        return sum(queue_s for _, queue_s in self.device_queues_s) / max(len(self.device_queues_s), 1)


def after_round(memory: Memory, outcome: Outcome, requests: Sequence[Request], budget_s: float) -> Memory:
    """Q <- max(Q + T - budget, 0) for the round and for every device that asked in it, whose T is the round's where its
    upload never ended. So the mean T of N rounds never exceeds budget + Q_N / N."""
    queues_s = dict(memory.device_queues_s)
    for device in {request.device for request in requests}:
        spent_s = outcome.device_s.get(device, outcome.round_s)
        queues_s[device] = max(queues_s.get(device, 0.0) + spent_s - budget_s, 0.0)
    return replace(
        memory,
        queue_s=max(memory.queue_s + outcome.round_s - budget_s, 0.0),
        device_queues_s=tuple(sorted(queues_s.items())),
        rounds=memory.rounds + 1,
        total_s=memory.total_s + outcome.round_s,
    )


def last_known(known: Sequence[Request], requests: Sequence[Request]) -> tuple[Request, ...]:
    """The newest request of every device, in order of name."""
    newest: Mapping[str, Request] = {request.device: request for request in (*known, *requests)}
    return tuple(newest[device] for device in sorted(newest))
