"""Retransmissions of the medium against closed forms (medium.json holds formula and source)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

_ORACLE = json.loads((Path(__file__).parent / "medium.json").read_text(encoding="utf-8"))
_PACKETS = 20_000


def _lossy(p: float) -> dict[str, Any]:
    return {"kind": "shannon", "residual_loss": p}


def _fly(make_air: Callable[..., Any], p: float, transport: Any) -> dict[str, Any]:
    air = make_air(link=_lossy(p))
    air.send("A", [1000.0] * _PACKETS, transport=transport)
    return air.run().ended("A")


def _check_share(share: float, p: float) -> None:
    assert abs(share - p) < 4.5 * np.sqrt(p * (1.0 - p) / _PACKETS)


def _check_mean(samples: NDArray[np.float64], mean: float) -> None:
    assert abs(samples.mean() - mean) < 4.5 * samples.std() / np.sqrt(len(samples))


@pytest.mark.parametrize("p", [0.1, 0.3, 0.6])
def test_mean_transmissions(make_air: Callable[..., Any], p: float) -> None:
    """1 / (1 - p), variance p / (1 - p)^2. Source: Bertsekas and Gallager 1992."""
    ended = _fly(make_air, p, "reliable")
    assert ended["outcome"] == "delivered"
    assert abs(ended["packets_sent"] / _PACKETS - 1.0 / (1.0 - p)) < 4.5 * np.sqrt(p / _PACKETS) / (1.0 - p)


@pytest.mark.parametrize("case", _ORACLE["arq"]["cases"])
def test_limited_attempts(make_air: Callable[..., Any], case: dict[str, float]) -> None:
    """Residual p^R; mean transmissions (1 - p^R) / (1 - p), each at most R."""
    p, attempts = case["p"], int(case["R"])
    ended = _fly(make_air, p, {"kind": "reliable_until_deadline", "max_attempts": attempts})
    _check_share(len(ended["lost"]) / _PACKETS, case["residual"])
    assert abs(ended["packets_sent"] / _PACKETS - case["mean_R"]) < 4.5 * np.sqrt(p / _PACKETS) / (1.0 - p)
    assert ended["attempts"] == attempts


@pytest.mark.parametrize("p", [0.1, 0.3, 0.6])
def test_coverage_without_retransmission(make_air: Callable[..., Any], p: float) -> None:
    ended = _fly(make_air, p, "unreliable")
    _check_share(1.0 - len(ended["lost"]) / _PACKETS, 1.0 - p)
    assert ended["attempts"] == 1 and ended["packets_sent"] == _PACKETS


@pytest.mark.parametrize("case", _ORACLE["max_geometric_and_negbin"]["cases"])
def test_the_slowest_of_many_devices(make_air: Callable[..., Any], case: dict[str, float]) -> None:
    """n devices, one packet each: the most attempts. M packets each: the most packets sent."""
    n, repetitions = int(case["n"]), 150
    air = make_air([1e9] * n, link=_lossy(case["p"]), access="dedicated")
    for repetition in range(repetitions):
        for device in range(n):
            air.send(f"one/{device}/{repetition}", [1000.0], at_s=repetition, links=[device], transport="reliable")
            air.send(
                f"many/{device}/{repetition}",
                [100.0] * int(case["M"]),
                at_s=repetition + 0.5,
                links=[device],
                transport="reliable",
            )
    sent = {line["transfer"]: line["packets_sent"] for line in air.run().lines if line["type"] == "transfer_ended"}
    for name, mean in (("one", case["E_max_single"]), ("many", case["E_max_M"])):
        most = [max(sent[f"{name}/{device}/{repetition}"] for device in range(n)) for repetition in range(repetitions)]
        _check_mean(np.array(most, dtype=np.float64), mean)


def test_a_broadcast_is_repeated_until_the_last_receiver_has_it(make_air: Callable[..., Any]) -> None:
    """A packet for n receivers flies as often as the largest of n geometric variables."""
    case = _ORACLE["max_geometric_and_negbin"]["cases"][0]
    n, packets = int(case["n"]), 4000
    air = make_air([1e9] * n, link=_lossy(case["p"]))
    air.send("A", [100.0] * packets, links=range(n), transport="reliable")
    ended = air.run().ended("A", "d0")
    assert all(delivery.arrived.all() for delivery in air.deliveries["A"].values())
    variance_at_most = n * case["p"] / (1.0 - case["p"]) ** 2
    flown = ended["sent_bits"] / 100.0 / packets
    assert abs(flown - case["E_max_single"]) < 4.5 * np.sqrt(variance_at_most / packets)
    needed = ended["packets_sent"] / packets  # one receiver alone needs 1 / (1 - p)
    assert abs(needed - 1.0 / (1.0 - case["p"])) < 4.5 * np.sqrt(case["p"] / (1.0 - case["p"]) ** 2 / packets)


@pytest.mark.parametrize("transport", ["unreliable", "reliable"])
def test_packet_fates_do_not_depend_on_the_bandwidth(make_air: Callable[..., Any], transport: str) -> None:
    """Common random numbers: a fate is addressed by (transfer, device, attempt, packet) alone."""
    fates = []
    for band_hz, others in ((1e5, 0), (1e6, 0), (1e6, 3)):
        air = make_air([1e9] * 4, band_hz=band_hz, link=_lossy(0.4))
        air.send("A", [1000.0] * 100, transport=transport)
        for other in range(others):
            air.send(f"B{other}", [1000.0] * 50, links=[other + 1])
        ended = air.run().ended("A")
        fates.append({key: ended[key] for key in ("lost", "packets_sent", "packets_lost", "attempts", "lost_bits")})
    assert fates[0] == fates[1] == fates[2] and fates[0]["packets_lost"] > 0


def test_packet_fates_differ_between_seeds_transfers_and_devices(make_air: Callable[..., Any]) -> None:
    def lost(seed: int, name: str, link: int) -> list[int]:
        air = make_air([1e9] * 2, link=_lossy(0.4), seed=seed)
        air.send(name, [1000.0] * 100, links=[link])
        return air.run().ended(name)["lost"]

    fates = [lost(1, "A", 0), lost(2, "A", 0), lost(1, "B", 0), lost(1, "A", 1)]
    assert all(one != other for number, one in enumerate(fates) for other in fates[:number])
