from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.fates import INDEPENDENT, Fates
from wfsim.radio.loss import PacketLoss
from wfsim.rng import Streams

_FLIGHT = ("t", "d", 2)
_BURSTS = PacketLoss.parse("gilbert_elliott")


def test_mean_losses_by_hand() -> None:
    """P(bad) = 1/26; lost there with 1, else never. Beside a residual loss of one half: 1/2 + 1/2 x 1/26."""
    assert _BURSTS.mean_loss(0.0) == pytest.approx(1.0 / 26.0, rel=1e-12)
    assert _BURSTS.mean_loss(0.5) == pytest.approx(27.0 / 52.0, rel=1e-12)
    assert INDEPENDENT.mean_loss(0.3) == 0.3


def test_without_losses_of_their_own_states_are_losses() -> None:
    states = _BURSTS.bad(Streams(1).generator("packet_state", *_FLIGHT), 500)
    assert np.array_equal(_BURSTS.lost(Streams(1), _FLIGHT, 500), states) and 0 < states.sum() < 100


def test_fates_are_either_loss() -> None:
    fates = Fates(streams=Streams(1), residual_loss=0.2, loss=_BURSTS)
    residual = Streams(1).uniforms(300, "packet_fate", *_FLIGHT) < 0.2
    assert np.array_equal(fates.lost(*_FLIGHT, 300), residual | _BURSTS.lost(Streams(1), _FLIGHT, 300))


@pytest.mark.parametrize(
    ("residual_loss", "loss", "spares"), [(0.0, INDEPENDENT, True), (0.1, INDEPENDENT, False), (0.0, _BURSTS, False)]
)
def test_when_nothing_is_lost(residual_loss: float, loss: PacketLoss, spares: bool) -> None:
    assert Fates(streams=Streams(1), residual_loss=residual_loss, loss=loss).spares_all is spares


@pytest.mark.parametrize(
    "field", [{"p_good_to_bad": 0.0}, {"p_bad_to_good": 1.1}, {"loss_good": 1.0}, {"loss_bad": -0.1}]
)
def test_probabilities_have_limits(field: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(field))):
        PacketLoss.parse({"kind": "gilbert_elliott", **field})
