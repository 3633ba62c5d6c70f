"""Numbers for people: four significant digits, decimal prefixes (1 kbit = 1000 bit)."""

from __future__ import annotations

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"))


def number(value: float) -> str:
    """Four significant digits, whole numbers in full.

    >>> [number(value) for value in (17.94321, 123456.7, 20)]
    ['17.94', '123457', '20']
    """
    return f"{value:.0f}" if abs(value) >= 1e3 or value == int(value) else f"{value:.4g}"


def quantity(value: float, unit: str) -> str:
    """A value with the decimal prefix that leaves one to three digits before the point.

    >>> quantity(12_345_678.0, "bit"), quantity(0.0, "J")
    ('12.35 Mbit', '0 J')
    """
    scale, prefix = next((known for known in _PREFIXES if abs(value) >= known[0]), (1.0, ""))
    return f"{number(value / scale)} {prefix}{unit}"


def percent(share: float) -> str:
    """A share of one.

    >>> percent(0.0321)
    '3.21 %'
    """
    return f"{100.0 * share:.3g} %"


def accuracy(value: float) -> str:
    """An accuracy, a share of one, with four digits.

    >>> accuracy(0.73812)
    '0.7381'
    """
    return f"{value:.4f}"
