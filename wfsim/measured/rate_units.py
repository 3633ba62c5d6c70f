"""Units of rates in measured files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

RateUnit = Literal["bit/s", "kbit/s", "mbit/s"]
BPS: Mapping[RateUnit, float] = {"bit/s": 1.0, "kbit/s": 1e3, "mbit/s": 1e6}
