"""What a record is. Records hold no wall time, host or path.

Groups: `network` and `device` records are the same whether or not anything is trained, unless control or codec look at
what was learned; `server` records say what the protocol and the controller did; `learning` records hold the facts that
the event loop read from training.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar

FORMAT = 5

RECORDS: dict[str, type[Record]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Base of all records. `t_s` is simulated time in seconds."""

    group: ClassVar[str]
    name: ClassVar[str]
    t_s: float

    def __init_subclass__(cls, **rest: Any) -> None:
        super(Record, cls).__init_subclass__(**rest)
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        RECORDS[cls.name] = cls

    def payload(self) -> dict[str, Any]:
        """Name and fields, in order of declaration, as JSON holds them."""
        names, values = _fields(type(self))
        return dict(zip(names, values(self), strict=True))


@cache
def _fields(cls: type[Record]) -> tuple[tuple[str, ...], Callable[[Record], tuple[Any, ...]]]:
    """Names of what a line holds of a record, and what takes all of it from the record at once."""
    names = tuple(field.name for field in dataclasses.fields(cls))
    return ("type", *names), attrgetter("name", *names)


def record(cls: type) -> type:
    """A class of records: `@record class Evaluated(Record)`."""
    return dataclass(frozen=True, kw_only=True, slots=True)(cls)


def shared(cls: type) -> type:
    """Fields of several classes of records; its `__slots__` are empty, each class has its own.

    Bases are named from the last fields to the first: `class EdgeRoundClosed(RoundEnd, OfEdge, Record)` has `t_s`, then
    those of `OfEdge`, then those of `RoundEnd`.
    """
    return dataclass(frozen=True, kw_only=True)(cls)
