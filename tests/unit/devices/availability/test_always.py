from __future__ import annotations

import math

from wfsim.devices.availability import Availability
from wfsim.rng import Streams


def test_always_never_changes():
    always = Availability.parse("always")
    assert always.is_available(Streams(1), "a", 1e9)
    assert always.next_change_s(1e9) == math.inf
