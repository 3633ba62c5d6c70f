"""The `sweep` section: which cells a batch experiment has."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Annotated, Any

from pydantic import Field, model_validator

from wfsim.part import Section
from wfsim.scenario.node import KeyPath
from wfsim.scenario.overrides import is_dotted_key

MOST_CELLS = 10_000
_NOT_SWEPT = ("seed", "sweep", "extends", "parts")

Seed = Annotated[int, Field(ge=0, lt=2**63)]
Choice = tuple[tuple[str, KeyPath], ...]


class Sweep(Section):
    """A batch of runs for `wfsim sweep`; `wfsim run` takes the scenario without it.

    The cells are all combinations of a point of `grid`, a row of `zip`, a row of `list` and a seed, in this order, the
    last one fastest; `grid` is walked with its last key fastest.
    """

    grid: dict[str, tuple[Any, ...]] = Field({}, description="dotted key: [values]; all combinations")
    zip: dict[str, tuple[Any, ...]] = Field({}, description="dotted key: [values]; first with first, and so on")
    list: tuple[dict[str, Any], ...] = Field((), description="rows written by hand, each dotted key: value")
    seeds: Annotated[int, Field(ge=1, le=MOST_CELLS)] | tuple[Seed, ...] | None = Field(
        None, description="how many seeds, from 1 on, or a list of them; the scenario's own if null"
    )

    @classmethod
    def _prepared(cls, key: Any, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: tuple(item) if isinstance(item, list) else item for name, item in value.items()}
        return super()._prepared(key, value)

    @model_validator(mode="after")
    def _makes_sense(self) -> Sweep:
        keys = self._keys_by_block()
        for block, names in keys.items():
            self._check_keys(block, names)
        twice = [key for key, count in Counter(key for names in keys.values() for key in names).items() if count > 1]
        if twice:
            raise ValueError(f"sets {twice[0]} in more than one of grid, zip and list")
        self._check_values()
        if self.count() > MOST_CELLS:
            raise ValueError(f"makes {self.count()} cells; at most {MOST_CELLS} are allowed")
        return self

    def _check_keys(self, block: str, names: Iterable[str]) -> None:
        for key in names:
            if not is_dotted_key(key):
                raise ValueError(f"{block} {key!r} is not a dotted key such as radio.fading or sites[0].name")
            if key.partition(".")[0] in _NOT_SWEPT:
                hint = "; give seeds" if key == "seed" else ""
                raise ValueError(f"{block} cannot change {key}{hint}")

    def _check_values(self) -> None:
        for block, axes in (("grid", self.grid), ("zip", self.zip)):
            empty = [key for key, values in axes.items() if not values]
            if empty:
                raise ValueError(f"{block} has no value for {empty[0]}")
        if self.seeds == ():
            raise ValueError("seeds is an empty list")
        if len({len(values) for values in self.zip.values()}) > 1:
            lengths = ", ".join(f"{key} {len(values)}" for key, values in self.zip.items())
            raise ValueError(f"zip needs as many values for every key; it has {lengths}")

    def _keys_by_block(self) -> dict[str, dict[str, None]]:
        listed = dict.fromkeys(key for row in self.list for key in row)
        return {"grid": dict.fromkeys(self.grid), "zip": dict.fromkeys(self.zip), "list": listed}

    def swept_keys(self) -> tuple[str, ...]:
        """The swept keys, seeds apart, in order of grid, zip and list."""
        return tuple(key for names in self._keys_by_block().values() for key in names)

    def count(self) -> int:
        """Number of cells."""
        lengths = [len(values) for values in self.grid.values()]
        return math.prod([*lengths, len(self._zipped()), len(self._listed()), len(self.seed_values()) or 1])

    def seed_values(self) -> tuple[int, ...]:
        """The seeds; empty where the scenario's own is used."""
        return tuple(range(1, self.seeds + 1)) if isinstance(self.seeds, int) else self.seeds or ()

    def choices(self) -> Iterator[Choice]:
        """For every cell but for seeds: its keys and where in this section each value stands, in the order of cells."""
        axes = [[((key, ("grid", key, number)),) for number in range(len(self.grid[key]))] for key in self.grid]
        for choice in product(*axes, self._zipped(), self._listed()):
            yield tuple(item for part in choice for item in part)

    def _zipped(self) -> tuple[Choice, ...]:
        rows = max(map(len, self.zip.values()), default=0)
        return tuple(tuple((key, ("zip", key, row)) for key in self.zip) for row in range(rows)) or ((),)

    def _listed(self) -> tuple[Choice, ...]:
        rows = enumerate(self.list)
        return tuple(tuple((key, ("list", row, key)) for key in values) for row, values in rows) or ((),)
