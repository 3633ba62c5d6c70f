"""Repetitions before new fragments, and what a cut leaves of an upload, in both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

_LOSSY = {"kind": "shannon", "residual_loss": 0.3}
_KEEPS = {"kind": "reliable_until_deadline", "max_attempts": 50}

pytestmark = pytest.mark.parametrize("engine", ["bulk", "reference"])


def _ended(make_air: Callable[..., Any], transport: Any, cut_s: float | None = None, **fields: Any) -> dict[str, Any]:
    air = make_air(link=_LOSSY, **fields)
    air.send("A", [1000.0] * 60, transport=transport)
    if cut_s is not None:
        air.cut("A", at_s=cut_s)
    return air.run().ended("A")


@pytest.mark.parametrize("cut_share", [0.0, 0.03, 0.37, 0.5, 0.99])
def test_a_cut_upload_has_delivered_its_first_fragments(
    make_air: Callable[..., Any], engine: str, cut_share: float
) -> None:
    """Packets of 1, 2, ..., 40 kbit without loss: those that had wholly flown, and no other."""
    bits = [1000.0 * (number + 1) for number in range(40)]
    whole = make_air(engine=engine)
    whole.send("A", bits)
    rate_bps = sum(bits) / whole.run().end_s("A")
    for window in (None, 1, 7):
        air = make_air(engine=engine)
        air.send("A", bits, transport={**_KEEPS, "window_packets": window})
        air.cut("A", at_s=cut_share * sum(bits) / rate_bps)
        air.run()
        flown = np.cumsum(bits) <= cut_share * sum(bits)
        assert air.deliveries["A"]["d0"].arrived.tolist() == flown.tolist()


def test_a_window_repairs_a_loss_before_less_important_fragments_fly(make_air: Callable[..., Any], engine: str) -> None:
    """Nothing is new while five or more are missing, so at any time the first gap is close behind the last arrival."""
    whole_s = _ended(make_air, _KEEPS, engine=engine)["t_s"]
    gaps: dict[int | None, list[int]] = {None: [], 5: []}
    for window, found in gaps.items():
        for seed in range(20):
            transport = {**_KEEPS, "window_packets": window}
            ended = _ended(make_air, transport, 0.5 * whole_s, engine=engine, seed=seed)
            arrived = sorted(set(range(60)) - set(ended["lost"]))
            found.append(sum(1 for packet in ended["lost"] if packet < arrived[-1]))
    assert max(gaps[5]) < 5 <= min(gaps[None])


def test_a_packet_has_the_same_fates_under_every_window(make_air: Callable[..., Any], engine: str) -> None:
    """Fates are addressed by a packet's transmission, so without a cut windows change the order alone."""
    counts = ("packets_sent", "packets_lost", "attempts", "sent_bits", "lost_bits", "lost")
    for limit in ({"kind": "reliable"}, {**_KEEPS, "max_attempts": 3}):
        ends = [_ended(make_air, {**limit, "window_packets": window}, engine=engine) for window in (None, 1, 4, 60, 99)]
        assert all([end[name] for name in counts] == [ends[0][name] for name in counts] for end in ends)
        assert ends[0]["attempts"] > 2


def test_a_window_as_long_as_the_payload_is_none(make_air: Callable[..., Any], engine: str) -> None:
    ends = [_ended(make_air, {**_KEEPS, "window_packets": window}, engine=engine) for window in (None, 60)]
    assert ends[0] == ends[1]
