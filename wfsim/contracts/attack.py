"""What every attack promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.learning.attack import Attack
from wfsim.rng import Streams

_DEVICES = [f"d{number:02d}" for number in range(10)]
_DELTA = np.where(np.arange(50) < 10, 0.0, np.random.default_rng(1).standard_normal(50)).astype(np.float32)


def check_no_more_devices_are_false_than_stated(attack: Attack) -> None:
    """Known by name, and the same whoever is asked about first."""
    false = attack.attackers(Streams(3), _DEVICES)
    require(false <= set(_DEVICES), "a device that does not exist is false")
    require(len(false) <= attack.share * len(_DEVICES) + 1e-9, f"{len(false)} of {len(_DEVICES)} are false")
    require_equal(attack.attackers(Streams(3), _DEVICES[::-1]), false, "those who are false, asked in another order")


def check_what_is_frozen_stays(attack: Attack) -> None:
    """Finite values of the same type, 0 where nothing was learned, and the input as it was."""
    before = _DELTA.copy()
    sent = attack.sent(_DELTA, np.random.default_rng(2))
    require_equal((sent.shape, sent.dtype), (_DELTA.shape, _DELTA.dtype), "shape and type of what is sent")
    require(bool(np.isfinite(sent).all()) and not sent[:10].any(), "an entry that was not learned moves")
    require(np.array_equal(_DELTA, before), "it changes what was learned")
