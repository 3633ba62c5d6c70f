"""Requests, grants and the budget of time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from wfsim.results.verify._invariant import ROUNDING, Line, at, invariant, named, of, turn


@invariant
def requests_are_sound(journal: Sequence[Line]) -> Iterator[str]:
    """Dropped shares of energy lie in 0..1, fall as ranks are added, and reach 0 with all of them."""
    for line in of(journal, "requested"):
        dropped = [1.0, *(line["dropped"] or [0.0])]
        falls = all(more >= less - ROUNDING for more, less in itertools.pairwise(dropped))
        if not falls or abs(dropped[-1]) > ROUNDING:
            yield f"{at(line)}{named(line)} asks with dropped shares that do not fall from 1 to 0"


@invariant
def grants_answer_requests(journal: Sequence[Line]) -> Iterator[str]:
    """A device asks once in a turn, and is answered once, after that; one that was stopped may begin its turn again."""
    open_requests: dict[tuple[str, int], bool] = {}
    for line in of(journal, "requested", "granted", "device_late"):
        if line["type"] == "device_late":
            open_requests.pop(turn(line), None)
        elif line["type"] == "requested":
            if turn(line) in open_requests:
                yield f"{at(line)}{named(line)} asks again"
            open_requests[turn(line)] = True
        elif not open_requests.get(turn(line)):
            yield f"{at(line)}{named(line)} is granted {'again' if turn(line) in open_requests else 'unasked'}"
        else:
            open_requests[turn(line)] = False


@invariant
def grants_are_sound(journal: Sequence[Line]) -> Iterator[str]:
    """A band weight is a share of the band; ranks to keep are at most those there are."""
    ranks = next((line["rank"] for line in of(journal, "run_started")), 0)
    for line in of(journal, "granted"):
        if not 0.0 <= line["band_weight"] <= 1.0 + ROUNDING:
            yield f"{at(line)}{named(line)} is granted {line['band_weight']:g} of the band"
        if line["keep"] is not None and not 0 <= line["keep"] <= ranks:
            yield f"{at(line)}{named(line)} is to keep {line['keep']} of {ranks} ranks"


@invariant
def the_queue_bounds_the_mean_round(journal: Sequence[Line]) -> Iterator[str]:
    """Lyapunov's bound: sum of T <= N budget + Q_N - Q_0, with Q <- max(Q + T - budget, 0) and Q_0 = 0."""
    total_s, allowed_s, round_s = 0.0, 0.0, 0.0
    for line in of(journal, "round_closed", "controlled"):
        if line["type"] == "round_closed":
            round_s = line["round_s"]
        elif {"queue_s", "round_budget_s"} <= line["measures"].keys():
            total_s, allowed_s = total_s + round_s, allowed_s + line["measures"]["round_budget_s"]
            bound_s = allowed_s + line["measures"]["queue_s"]
            if total_s > bound_s * (1.0 + ROUNDING):
                yield f"{at(line)}rounds up to {line['round']} took {total_s:g} s, the queue allows {bound_s:g} s"
                return
