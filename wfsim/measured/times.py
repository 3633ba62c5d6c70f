"""Times in measured files: numbers in s, or date texts."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wfsim.measured.files import refused

_UNIX = "%a %b %d %H:%M:%S %Z %Y"  # what `date` prints


def times_s(file: Path, texts: list[str], first_line: int) -> NDArray[np.float64]:
    """Times [n] that do not fall. Raises ScenarioError with the line of one that is no time or runs back."""
    read = np.array([_time_s(file, text, number) for number, text in enumerate(texts, start=first_line)])
    falls = np.flatnonzero(np.diff(read) < 0.0)
    if len(falls):
        row = int(falls[0]) + 1
        raise refused(file, f"time runs back from {texts[row - 1]!r} to {texts[row]!r}", first_line + row)
    return read


def _time_s(file: Path, text: str, line: int) -> float:
    for read in (float, _iso_s, _unix_s):
        try:
            time_s = read(text)
        except ValueError:
            continue
        if math.isfinite(time_s):
            return time_s
    allowed = "seconds, an ISO 8601 date (2021-12-17T14:07:46Z) or what `date` prints (Fri Dec 17 14:07:46 UTC 2021)"
    raise refused(file, f"{text!r} is no time: {allowed}", line)


def _iso_s(text: str) -> float:
    return _since_1970_s(datetime.fromisoformat(text.strip()))


def _unix_s(text: str) -> float:
    return _since_1970_s(datetime.strptime(text.strip(), _UNIX))


def _since_1970_s(date: datetime) -> float:
    """A date that names no zone is UTC: only differences count, and the machine's own zone must not."""
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
