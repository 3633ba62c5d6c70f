from __future__ import annotations

import json

import numpy as np
import pytest

from wfsim.part import describe_value
from wfsim.radio.link import Link

_SNR = np.concatenate([[0.0], np.geomspace(1e-12, 1e9, 500)])


@pytest.mark.parametrize("kind", sorted(Link.kinds))
def test_survives_its_yaml_form(kind: str) -> None:
    part = Link.parse({"kind": kind, "residual_loss": 0.1, "csi_age_s": 0.02, "margin_db": 1.5})
    assert Link.parse(json.loads(json.dumps(describe_value(part)))) == part


@pytest.mark.parametrize("kind", sorted(Link.kinds))
def test_efficiency_never_falls_with_snr_and_is_never_negative(kind: str) -> None:
    efficiency = Link.parse(kind).efficiency(_SNR)
    assert efficiency.shape == _SNR.shape
    assert (efficiency >= 0.0).all() and (efficiency[1:] >= efficiency[:-1]).all()


@pytest.mark.parametrize("kind", sorted(Link.kinds))
def test_at_cap_means_that_more_snr_does_not_help(kind: str) -> None:
    link = Link.parse(kind)
    efficiency = link.efficiency(_SNR)
    at_cap = link.at_cap(efficiency)
    assert at_cap.shape == _SNR.shape and at_cap.dtype == np.bool_
    assert np.isinf(efficiency).all() or np.array_equal(at_cap, efficiency == link.efficiency(np.array([1e30])))


@pytest.mark.parametrize("kind", sorted(set(Link.kinds) - {"ideal"}))
@pytest.mark.parametrize("offset_db", [0.0, 0.001])
def test_no_link_beats_shannon(kind: str, offset_db: float) -> None:
    snr = _SNR * 10 ** (offset_db / 10)
    assert (Link.parse(kind).efficiency(snr) <= np.log1p(snr) / np.log(2.0) * (1.0 + 1e-12)).all()
