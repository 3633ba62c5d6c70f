"""Numbers with their units, short enough for legends and axes."""

from __future__ import annotations

import json
from typing import Any

BITS = (("Mbit", 1e6), ("Gbit", 1e9), ("Tbit", 1e12))
SECONDS = (("s", 1.0),)
JOULES = (("J", 1.0), ("kJ", 1e3), ("MJ", 1e6))
RATES = (("kbit/s", 1e3), ("Mbit/s", 1e6), ("Gbit/s", 1e9))
BANDS = (("kHz", 1e3), ("MHz", 1e6), ("GHz", 1e9))

_LARGEST_TICK = 1e4  # above it the next larger unit is used
_MOST_LETTERS = 28  # of a value in a legend
_PREFIXES = (("G", 1e9), ("M", 1e6), ("k", 1e3))
_PREFIXED = {"hz": "Hz", "bps": "bit/s", "bits": "bit", "bytes": "B", "j": "J", "flops_per_s": "FLOP/s"}
_PLAIN = {"s": "s", "m": "m", "w": "W", "db": "dB", "dbm": "dBm"}

Units = tuple[tuple[str, float], ...]


def unit_of(units: Units, largest: float) -> tuple[str, float]:
    """Name and size of the smallest unit that keeps tick labels up to `largest` short."""
    return next((unit for unit in units if largest < _LARGEST_TICK * unit[1]), units[-1])


def short_value(key: str, value: Any) -> str:
    """A scenario's value in few letters, in the unit that its key ends with: `1 MHz` for 1e6 under `bandwidth_hz`."""
    if isinstance(value, list) and value:
        return _shortened("+".join(short_value(key, item) for item in value))
    if isinstance(value, str):
        return _shortened(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _shortened(json.dumps(value))
    ending = _ending(key)
    if ending in _PREFIXED:
        prefix, size = next((each for each in _PREFIXES if abs(value) >= each[1]), ("", 1.0))
        return f"{value / size:.6g} {prefix}{_PREFIXED[ending]}"
    return f"{value:.6g} {_PLAIN[ending]}" if ending else f"{value:.6g}"


def says_what_it_is(key: str, value: Any) -> bool:
    """Whether a value can stand without its key: a word other than `none`, a list, a number with a unit."""
    if isinstance(value, str | list):
        return bool(value) and value != "none"
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(_ending(key))


def _ending(key: str) -> str:
    """The unit that ends a key, empty where there is none."""
    name = key.rpartition(".")[2]
    return max((end for end in (*_PREFIXED, *_PLAIN) if name.endswith(f"_{end}") or name == end), key=len, default="")


def _shortened(text: str) -> str:
    """Its begin and end where it is long: lists and paths often differ only there."""
    half = _MOST_LETTERS // 2 - 1
    return text if len(text) <= _MOST_LETTERS else f"{text[:half]}\N{HORIZONTAL ELLIPSIS}{text[-half:]}"
