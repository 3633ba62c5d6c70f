"""What every kind of channel knowledge promises."""

from __future__ import annotations

import math

from wfsim.contracts._require import require, require_equal
from wfsim.control.csi import Csi
from wfsim.rng import Streams

_MEAN_DB = 6.0


def check_knowledge_is_a_finite_function_of_seed_device_and_round(csi: Csi) -> None:
    """Asked twice, the same number of dB."""
    for device, round_number in (("a", 1), ("a", 2), ("b", 1)):
        there = _known_db(csi, device, round_number)
        require(math.isfinite(there), f"an SNR of some {_MEAN_DB:g} dB is known as {there}")
        require_equal(_known_db(csi, device, round_number), there, "what is known when it is asked again")


def check_it_never_looks_ahead(csi: Csi) -> None:
    """The SNR is read at the moment of the request or before."""
    times_s = []
    csi.known_snr_db(Streams(1), "a", 1, 5.0, lambda t_s: times_s.append(t_s) or _MEAN_DB, _MEAN_DB)
    require(all(t_s <= 5.0 for t_s in times_s), f"a request at 5 s reads the channel at {times_s} s")


def check_knowledge_rises_with_the_channel(csi: Csi) -> None:
    """A device 20 dB better at all times is known to be better by as much."""
    better = _known_db(csi, "a", 1, gain_db=20.0) - _known_db(csi, "a", 1)
    require(abs(better - 20.0) < 1e-9, f"20 dB more are known as {better:g} dB more")


def check_following_the_fading_is_declared(csi: Csi) -> None:
    """Without `knows_fading` the SNR of the moment changes nothing; with it, it does."""
    apart = _known_db(csi, "a", 1, fade_db=-7.0) != _known_db(csi, "a", 1)
    require_equal(apart, csi.knows_fading, "whether a fade changes what is known")


def check_no_signal_is_no_error(csi: Csi) -> None:
    """Minus infinity dB at all times stays that."""
    known = csi.known_snr_db(Streams(1), "a", 1, 5.0, lambda _: -math.inf, -math.inf)
    require_equal(known, -math.inf, "what is known of a device without signal")


def _known_db(csi: Csi, device: str, round_number: int, gain_db: float = 0.0, fade_db: float = 0.0) -> float:
    def snr_db_at(t_s: float) -> float:
        return _MEAN_DB + gain_db + fade_db + math.sin(10.0 * t_s)

    return csi.known_snr_db(Streams(1), device, round_number, 5.0, snr_db_at, _MEAN_DB + gain_db)
