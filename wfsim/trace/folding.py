"""Reading a journal line by line: each type of record has a method of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

Line = dict[str, Any]
Fold = Callable[[Line], None]


class Folding:
    """A sink of the journal that hands lines of type `x` to its method `_on_x`; others pass by.

    `end_s` is the time of the latest line. Methods are looked up once per type: a run has a line for every few dozen
    microseconds of work.
    """

    end_s = 0.0

    def __call__(self, line: Line) -> None:
        self.end_s = line["t_s"]
        for fold in self._folds[line["type"]]:
            fold(line)

    def folds(self, record: str) -> tuple[Fold, ...]:
        """What lines of a type are handed to."""
        return self._folds[record]

    @cached_property
    def _folds(self) -> _Folds:
        return _Folds(self._look_up)

    def _look_up(self, record: str) -> list[Fold]:
        own = getattr(self, f"_on_{record}", None)
        return [] if own is None else [own]


class _Folds(dict[str, tuple[Fold, ...]]):
    """By type of record; what is not known yet is looked up."""

    def __init__(self, look_up: Callable[[str], list[Fold]]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, record: str) -> tuple[Fold, ...]:
        self[record] = found = tuple(self._look_up(record))
        return found
