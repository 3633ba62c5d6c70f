"""How checks say no, under `python -O` too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def require(holds: object, sentence: str) -> None:
    """Raise AssertionError with the sentence unless `holds`."""
    if not holds:
        raise AssertionError(sentence)


def require_equal(found: object, expected: object, what: str) -> None:
    """`what is found, not expected`."""
    require(found == expected, f"{what} is {found!r}, not {expected!r}")


def require_close(
    found: ArrayLike, expected: ArrayLike, sentence: str, *, rel: float = 1e-12, abs: float = 0.0
) -> None:
    """Every value within a relative or an absolute distance of the expected one; shapes agree."""
    found, expected = np.asarray(found, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    require(found.shape == expected.shape, f"{sentence}: shape {found.shape}, not {expected.shape}")
    apart = np.abs(found - expected)
    require(np.all((found == expected) | (apart <= np.maximum(rel * np.abs(expected), abs))), _apart(sentence, apart))


def require_raises(error: type[Exception], action: Callable[[], Any], sentence: str, *, naming: str = "") -> None:
    """The action raises this error, and the error's text holds `naming`."""
    try:
        action()
    except error as raised:
        require(naming in str(raised), f"{sentence}: the error does not name {naming!r}: {raised}")
    else:
        raise AssertionError(f"{sentence}: nothing was raised, {error.__name__} expected")


def _apart(sentence: str, apart: np.ndarray) -> str:
    return f"{sentence} (largest difference {np.nanmax(apart) if apart.size else 0.0:.3g})"
