from __future__ import annotations

from collections.abc import Iterator

import pytest
import simpy

from wfsim.protocol import Protocol


@pytest.fixture(params=sorted(Protocol.kinds))
def protocol(request: pytest.FixtureRequest) -> Protocol:
    """Required fields take the first of their examples, or 1."""
    fields = Protocol.kinds[request.param].model_fields
    required = {name: (field.examples or [1])[0] for name, field in fields.items() if field.is_required()}
    return Protocol.parse({"kind": request.param, **required})


def _closing_s(protocol: Protocol, start_s: float, busy_s: list[float]) -> float:
    """When a round that starts at `start_s` with devices busy for `busy_s` closes."""
    env, closed_s = simpy.Environment(initial_time=start_s), []

    def device(for_s: float) -> Iterator[simpy.Event]:
        yield env.timeout(for_s)

    def server() -> Iterator[simpy.Event]:
        yield protocol.closing(env, [env.process(device(for_s)) for for_s in busy_s], protocol.deadline_s(start_s))
        closed_s.append(env.now)

    env.process(server())
    env.run()
    return closed_s[0]


def test_a_deadline_is_announced(protocol: Protocol) -> None:
    deadline_s = protocol.deadline_s(5.0)
    assert (deadline_s is not None) == protocol.has_deadline
    assert deadline_s is None or deadline_s > 5.0


@pytest.mark.parametrize("start_s", [0.0, 5.25])
def test_a_round_closes_when_everybody_is_done(protocol: Protocol, start_s: float) -> None:
    assert _closing_s(protocol, start_s, [0.25, 0.5, 0.125]) == start_s + 0.5


@pytest.mark.parametrize("start_s", [0.0, 5.25])
def test_a_round_with_a_straggler_closes_at_its_deadline(protocol: Protocol, start_s: float) -> None:
    deadline_s = protocol.deadline_s(start_s)
    assert _closing_s(protocol, start_s, [0.25, 1e6]) == (start_s + 1e6 if deadline_s is None else deadline_s)


def test_devices_done_exactly_at_the_deadline_close_the_round_then(protocol: Protocol) -> None:
    deadline_s = protocol.deadline_s(0.0)
    busy_s = 7.0 if deadline_s is None else deadline_s
    assert _closing_s(protocol, 0.0, [busy_s]) == busy_s
