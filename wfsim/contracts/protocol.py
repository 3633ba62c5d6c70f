"""What every protocol promises."""

from __future__ import annotations

from collections.abc import Iterator

import simpy

from wfsim.contracts._require import require, require_equal
from wfsim.protocol import Protocol

_STARTS_S = (0.0, 5.25)


def check_a_deadline_is_announced(protocol: Protocol) -> None:
    """`has_deadline` says whether `deadline_s` gives a time, which lies ahead."""
    deadline_s = protocol.deadline_s(5.0)
    require_equal(deadline_s is not None, protocol.has_deadline, "whether there is a deadline, against has_deadline,")
    require(deadline_s is None or deadline_s > 5.0, f"a round that starts at 5 s has to close at {deadline_s} s")


def check_a_round_closes_when_everybody_is_done(protocol: Protocol) -> None:
    """With the last of three devices."""
    for start_s in _STARTS_S:
        require_equal(_closing_s(protocol, start_s, [0.25, 0.5, 0.125]), start_s + 0.5, "the end of the round, s,")


def check_a_round_with_a_straggler_closes_at_its_deadline(protocol: Protocol) -> None:
    """Without a deadline it waits."""
    for start_s in _STARTS_S:
        deadline_s = protocol.deadline_s(start_s)
        expected_s = start_s + 1e6 if deadline_s is None else deadline_s
        require_equal(_closing_s(protocol, start_s, [0.25, 1e6]), expected_s, "the end of a round with a straggler, s,")


def check_devices_done_exactly_at_the_deadline_close_the_round_then(protocol: Protocol) -> None:
    """Neither earlier nor later."""
    deadline_s = protocol.deadline_s(0.0)
    busy_s = 7.0 if deadline_s is None else deadline_s
    require_equal(_closing_s(protocol, 0.0, [busy_s]), busy_s, "the end of a round done at its deadline, s,")


def _closing_s(protocol: Protocol, start_s: float, busy_s: list[float]) -> float | None:
    """When a round that starts at `start_s` with devices busy for `busy_s` closes; None where it never does."""
    env, closed_s = simpy.Environment(initial_time=start_s), []

    def device(for_s: float) -> Iterator[simpy.Event]:
        yield env.timeout(for_s)

    def server() -> Iterator[simpy.Event]:
        yield protocol.closing(env, [env.process(device(for_s)) for for_s in busy_s], protocol.deadline_s(start_s))
        closed_s.append(env.now)

    env.process(server())
    env.run()
    return closed_s[0] if closed_s else None
