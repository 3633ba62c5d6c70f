"""What every link promises."""

from __future__ import annotations

import json

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.part import describe_value
from wfsim.radio.link import Link

_SNR = np.concatenate([[0.0], np.geomspace(1e-12, 1e9, 500)])


def check_fields_of_all_links_survive_the_yaml_form(link: Link) -> None:
    """Residual loss, age of the channel knowledge and margin."""
    changed = {**describe_value(link), "residual_loss": 0.1, "csi_age_s": 0.02, "margin_db": 1.5}
    part = type(link).parse(changed)
    require(type(link).parse(json.loads(json.dumps(describe_value(part)))) == part, f"{part} does not load back")


def check_efficiency_never_falls_with_snr_and_is_never_negative(link: Link) -> None:
    """From no signal to 90 dB."""
    efficiency = link.efficiency(_SNR)
    require_equal(efficiency.shape, _SNR.shape, "the shape of efficiency")
    require((efficiency >= 0.0).all(), f"an efficiency is {efficiency.min():g} bit/s/Hz")
    rising = efficiency[1:] >= efficiency[:-1]
    require(rising.all(), f"efficiency falls above an SNR of {_SNR[rising.argmin()]:g}")


def check_at_cap_means_that_more_snr_does_not_help(link: Link) -> None:
    """`at_cap` holds exactly where the efficiency is that of an enormous SNR."""
    efficiency = link.efficiency(_SNR)
    at_cap = link.at_cap(efficiency)
    require_equal((at_cap.shape, at_cap.dtype), (_SNR.shape, np.dtype(np.bool_)), "shape and type of at_cap")
    highest = link.efficiency(np.array([1e30]))
    holds = np.isinf(efficiency).all() or np.array_equal(at_cap, efficiency == highest)
    require(holds, f"at_cap does not hold just where the efficiency is {highest[0]:g} bit/s/Hz")


def check_no_link_beats_shannon(link: Link) -> None:
    """Efficiency <= log2(1 + snr), but for the neutral `ideal`."""
    for offset_db in (0.0, 0.001):
        snr = _SNR * 10 ** (offset_db / 10)
        excess = link.efficiency(snr) - np.log1p(snr) / np.log(2.0) * (1.0 + 1e-12)
        beaten = excess > 0.0
        require(link.kind == "ideal" or not beaten.any(), f"it beats Shannon at an SNR of {snr[beaten.argmax()]:g}")
