"""From a scenario with a `sweep` section, and values on the command line, to its cells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wfsim.errors import ScenarioError, UsageError
from wfsim.scenario.load import Overrides, read_source, validated
from wfsim.scenario.node import Node
from wfsim.scenario.overrides import alternatives, lay
from wfsim.scenario.schema import Scenario
from wfsim.scenario.sweep import Sweep

_BLOCKS = ("grid", "zip")

Settings = list[tuple[str, Node]]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One scenario of a sweep and the `values` of the swept keys that make it; `number` counts from 1."""

    number: int
    values: Mapping[str, Any]
    scenario: Scenario

    @property
    def label(self) -> str:
        """`radio.bandwidth_hz=1000000.0 seed=2`."""
        return " ".join(f"{key}={text_of(value)}" for key, value in {**self.values, "seed": self.scenario.seed}.items())


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The cells of a sweep, in the order of `Sweep`; `base` is the scenario without the sweep's changes."""

    base: Scenario
    keys: tuple[str, ...]
    cells: tuple[Cell, ...]


def text_of(value: Any) -> str:
    """A swept value as one word of YAML.

    >>> text_of("rician"), text_of({"kind": "rician", "k_db": 3}), text_of(None)
    ('rician', '{"kind": "rician", "k_db": 3}', 'null')
    """
    return value if isinstance(value, str) else json.dumps(value)


def load_batch(source: str | Path, overrides: Overrides = ()) -> Batch:
    """The cells of the scenario at a path or of a packaged name.

    `key=1,2,3` adds or replaces an axis of `sweep.grid`, `seed=1,2,3` replaces `sweep.seeds`, `key=1` holds in every
    cell. Raises ScenarioError for the first cell that is invalid, naming it, and UsageError for a malformed override.
    """
    root, settings = _with_axes(read_source(Scenario, source), list(alternatives(overrides)))
    swept = set(_swept(root))
    below = [(key, node) for key, node in settings if _is_below(key, swept)]
    root = _laid(root, [setting for setting in settings if setting not in below])
    base = validated(Scenario, root)
    sweep = base.sweep or Sweep()
    block = root.value.pop("sweep", None) or Node({}, root.place)
    cells = tuple(_cells(root, block, sweep, below))
    return Batch(base=base, keys=sweep.swept_keys(), cells=cells)


def _with_axes(root: Node, settings: Settings) -> tuple[Node, Settings]:
    """The file's node with the axes of the command line, and the settings that are no axes."""
    root = _laid(root, [(key, _only(node)) for key, node in settings if key.partition(".")[0] == "sweep"])
    plain: Settings = []
    for key, values in settings:
        if key.partition(".")[0] == "sweep":
            continue
        if len(values.value) > 1 or key in _swept(root):
            root = _with_axis(root, key, values)
        else:
            plain.append((key, _only(values)))
    return root, plain


def _only(values: Node) -> Node:
    if len(values.value) > 1:
        raise UsageError(f"{values.place.file}: give one value; write [1, 2] for a list")
    return values.value[0]


def _with_axis(root: Node, key: str, values: Node) -> Node:
    below = {"seeds": values} if key == "seed" else {"grid": Node({key: values}, values.place)}
    elsewhere = set(_swept(root)) - {"seed", *_keys(_block(root, "grid"))}
    if key in elsewhere:
        raise UsageError(f"{values.place.file}: the file's sweep sets {key} in zip or list; change it there")
    return lay(Scenario, root, "sweep", Node(below, values.place))


def _swept(root: Node) -> Iterator[str]:
    """The keys that the sweep changes, as far as its shape is right."""
    for block in _BLOCKS:
        yield from _keys(_block(root, block))
    rows = _block(root, "list")
    for row in rows.value if rows is not None and isinstance(rows.value, list) else ():
        yield from _keys(row)
    if _block(root, "seeds") is not None:
        yield "seed"


def _block(root: Node, name: str) -> Node | None:
    sweep = root.child("sweep")
    return sweep.child(name) if sweep is not None else None


def _keys(node: Node | None) -> Iterable[str]:
    return node.value if node is not None and isinstance(node.value, dict) else ()


def _is_below(key: str, swept: Iterable[str]) -> bool:
    return any(key.startswith((f"{axis}.", f"{axis}[")) for axis in swept)


def _laid(root: Node, settings: Iterable[tuple[str, Node]]) -> Node:
    for key, node in settings:
        root = lay(Scenario, root, key, node)
    return root


def _cells(root: Node, block: Node, sweep: Sweep, below: Settings) -> Iterator[Cell]:
    """Every cell; `below` holds what changes parts of swept values and so comes after them."""
    number = 0
    for choice in sweep.choices():
        chosen = [(key, block.deepest(place)) for key, place in choice]
        values = {key: node.plain() for key, node in chosen}
        for seed in _seeds(block, sweep):
            number += 1
            yield _cell(number, sweep.count(), values, root, [*chosen, *below, *seed])


def _seeds(block: Node, sweep: Sweep) -> Iterator[Settings]:
    place = block.deepest(("seeds",)).place
    yield from ([("seed", Node(seed, place))] for seed in sweep.seed_values())
    if not sweep.seed_values():
        yield []


def _cell(number: int, count: int, values: Mapping[str, Any], root: Node, settings: Settings) -> Cell:
    try:
        return Cell(number=number, values=values, scenario=validated(Scenario, _laid(root, settings)))
    except ScenarioError as error:
        shown = " ".join(f"{key}={text_of(node.plain())}" for key, node in settings)
        message = f"{error.message} (cell {number} of {count}: {shown})"
        raise ScenarioError(message, file=error.file, line=error.line, path=error.path) from None
