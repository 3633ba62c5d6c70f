from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from wfsim.radio.engines import ENGINES
from wfsim.radio.packets import Packets


def test_every_engine_can_be_chosen() -> None:
    assert set(get_args(Packets.model_fields["engine"].annotation)) == set(ENGINES)


@pytest.mark.parametrize(("engine", "least", "most"), [("bulk", 1, 20), ("reference", 500, 520)])
def test_events_per_packet(make_air: Callable[..., Any], engine: str, least: int, most: int) -> None:
    air = make_air(engine=engine)
    air.send("A", [1000.0] * 500)
    steps = 0
    while air.env.peek() < float("inf"):
        air.env.step()
        steps += 1
    assert least <= steps <= most and air.ended("A")["packets_sent"] == 500
