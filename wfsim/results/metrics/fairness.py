"""Who is heard, and how evenly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

Line = dict[str, Any]


def participation(lines: Iterable[Line]) -> dict[str, float]:
    """Share (0..1) of the closed rounds in which something of a device's updates arrived, for every device.

    An update counts in the round that was open when it arrived; late ones after the last close do not. Empty where no
    round was closed.
    """
    heard: Counter[str] = Counter()
    now: set[str] = set()
    closed = 0
    for line in lines:
        if line["type"] == "device_ready":
            heard[line["device"]] = 0
        elif line["type"] == "update_arrived" and line["coverage"] > 0.0:
            now.add(line["device"])
        elif line["type"] == "round_closed":
            heard.update(now)
            closed, now = closed + 1, set()
    return {device: count / closed for device, count in heard.items()} if closed else {}


def jain(values: Sequence[float]) -> float | None:
    """Jain's fairness index (sum x)^2 / (n sum x^2), in 1/n..1, 1 where all are equal; None without a value above 0.

    Values are shares >= 0. Jain, Chiu, Hawe 1984.
    """
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / (len(values) * squares) if squares > 0.0 else None
