"""What a record is. Records hold no wall time, host or path.

Groups: `network` and `device` records are the same whether or not anything is trained, unless control or codec look at
what was learned; `server` records say what the protocol and the controller did; `learning` records hold the facts that
the event loop read from training.

Nobody changes a record: type checkers see them frozen. At run time they are plain, for a run makes one for every few
dozen microseconds of work, and a frozen dataclass takes three times as long to make.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, dataclass_transform

FORMAT = 5

RECORDS: dict[str, type[Record]] = {}


@dataclass_transform(kw_only_default=True, frozen_default=True)
def record(cls: type) -> type:
    """A class of records: `@record class Evaluated(Record)`."""
    return dataclass(kw_only=True)(cls)


@record
class Record:
    """Base of all records. `t_s` is simulated time in seconds."""

    group: ClassVar[str]
    name: ClassVar[str]
    t_s: float

    def __init_subclass__(cls, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        RECORDS[cls.name] = cls

    def payload(self) -> dict[str, Any]:
        """Name and fields, in order of declaration, as JSON holds them."""
        # A dataclass sets its fields in order of declaration, and an object keeps the order in which they were set.
        return {"type": self.name, **vars(self)}


@dataclass_transform(kw_only_default=True, frozen_default=True)
def shared(cls: type) -> type:
    """Fields of several classes of records.

    Bases are named from the last fields to the first: `class EdgeRoundClosed(RoundEnd, OfEdge, Record)` has `t_s`, then
    those of `OfEdge`, then those of `RoundEnd`.
    """
    return dataclass(kw_only=True)(cls)
