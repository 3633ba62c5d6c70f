"""No transfer beats Shannon: delivered bits against the integral of b log2(1 + SNR(t)) over its time on the air."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wfsim.radio.fading import Fading, FadingPaths
from wfsim.rng import Streams

_SNR_HZ = (2e6, 6e6, 5e5)
_COHERENCE_S = 0.03
_NAMES = ("d0", "d1", "d2")


def _paths() -> FadingPaths:
    return Fading.parse({"kind": "rayleigh", "coherence_s": _COHERENCE_S}).realise(Streams(5), _NAMES)


def _capacity_bits(lines: list[dict[str, Any]], ended: dict[str, Any]) -> float:
    """Integral over the transfer's time, on the finest grid on which neither gain nor share changes."""
    shared = [(line["t_s"], line["shares_hz"]) for line in lines if line["type"] == "band_shared"]
    blocks_s = np.arange(0, int(ended["t_s"] / _COHERENCE_S) + 2) * _COHERENCE_S
    inner_s = np.unique(np.concatenate([blocks_s, [t_s for t_s, _ in shared]]))
    inner_s = inner_s[(inner_s > ended["start_s"]) & (inner_s < ended["t_s"])]
    edges_s = np.concatenate([[ended["start_s"]], inner_s, [ended["t_s"]]])
    middles_s, link = 0.5 * (edges_s[1:] + edges_s[:-1]), _NAMES.index(ended["device"])
    shares_then = [[shares for t_s, shares in shared if t_s <= now_s][-1] for now_s in middles_s]
    bands_hz = np.array([shares[ended["transfer"]] for shares in shares_then])
    snr = _SNR_HZ[link] * _paths().gain(middles_s)[link] / bands_hz
    return float((bands_hz * np.log2(1.0 + snr) * np.diff(edges_s)).sum())


def _fly(make_air: Callable[..., Any], **link: Any) -> Any:
    settings = {"kind": "shannon", "gap_db": 0.0, "max_bps_per_hz": 1e6, **link}
    air = make_air(_SNR_HZ, band_hz=1e6, link=settings, paths=_paths())
    for number, (at_s, packets) in enumerate([(0.0, 60), (0.013, 90), (0.21, 40)]):
        air.send(f"A{number}", [4321.0] * packets, at_s=at_s, links=[number], transport="reliable")
    return air.run()


@pytest.mark.parametrize(
    "link",
    [
        {},
        {"gap_db": 2.0},
        {"csi_age_s": 0.07},
        {"csi_age_s": 0.02, "margin_db": 3.0},
        {"residual_loss": 0.2},
        {"max_bps_per_hz": 1.0},
    ],
)
def test_delivered_bits_stay_below_capacity(make_air: Callable[..., Any], link: dict[str, float]) -> None:
    air = _fly(make_air, **link)
    for name in ("A0", "A1", "A2"):
        ended = air.ended(name)
        assert ended["outcome"] == "delivered"
        assert ended["delivered_bits"] <= _capacity_bits(air.lines, ended) * (1.0 + 1e-9)


def test_perfect_knowledge_without_a_gap_reaches_capacity(make_air: Callable[..., Any]) -> None:
    """So the integral above is the bound itself, not something far from it."""
    air = _fly(make_air)
    for name in ("A0", "A1", "A2"):
        ended = air.ended(name)
        assert ended["sent_bits"] == ended["delivered_bits"]
        assert ended["delivered_bits"] == pytest.approx(_capacity_bits(air.lines, ended), rel=1e-9)
