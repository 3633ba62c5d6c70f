"""The key `parts` of a scenario: which files it names, from which folder, and that they add up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wfsim.errors import ScenarioError
from wfsim.scenario.node import Node, path_text
from wfsim.scenario.parts import PartFile

KEY = "parts"


def read_parts(listed: Node, folder: Path) -> list[PartFile]:
    """The files that a `parts` list names, paths relative to `folder`. Raises ScenarioError."""
    if listed.value is None:
        return []
    if not isinstance(listed.value, list):
        message = f"expected a list of Python files such as [./nakagami.py], got {listed.plain()!r}"
        raise ScenarioError(message, file=listed.place.file, line=listed.place.line, path=KEY)
    return [read_part(item, folder, path_text((KEY, index))) for index, item in enumerate(listed.value)]


def take_parts(schema: Any, layer: Node) -> list[PartFile]:
    """The files that one scenario file names; the key is gone from it. Raises ScenarioError."""
    if not lists_parts(schema) or (listed := layer.value.pop(KEY, None)) is None:
        return []
    return read_parts(listed, Path(layer.place.file).parent)


def with_parts(root: Node, files: Sequence[PartFile]) -> Node:
    """A scenario that names these files beside those it names already. Raises ScenarioError."""
    together = [Node(file, file.place) for file in distinct([*parts_of(root), *files])]
    return Node({**root.value, KEY: Node(together, root.place)}, root.place) if files else root


def parts_of(root: Node) -> list[PartFile]:
    """The files that a scenario names."""
    listed = root.child(KEY)
    items = listed.value if listed is not None and isinstance(listed.value, list) else []
    return [item.value for item in items if isinstance(item.value, PartFile)]


def lists_parts(schema: Any) -> bool:
    """Whether scenarios of this schema name part files."""
    field = getattr(schema, "model_fields", {}).get(KEY)
    return field is not None and field.annotation == tuple[PartFile, ...]


def distinct(files: Sequence[PartFile]) -> tuple[PartFile, ...]:
    """Each file once, in order. Raises ScenarioError where two have one name: a run keeps them in one folder."""
    kept: dict[str, PartFile] = {}
    for file in files:
        if kept.setdefault(file.name, file) != file:
            raise file.error(f"{file.path} and {kept[file.name].path} have the same name; rename one")
    return tuple(kept.values())


def read_part(item: Node, folder: Path, key: str = "") -> PartFile:
    """The file that one text names, relative to `folder`; `key` is what an error calls it. Raises ScenarioError."""

    def fail(message: str) -> ScenarioError:
        return ScenarioError(message, file=item.place.file, line=item.place.line, path=key)

    if not isinstance(item.value, str):
        raise fail(f"expected a Python file, got {item.plain()!r}")
    path = folder / item.value
    if path.suffix != ".py":
        raise fail(f"{item.value} is no Python file: its name must end in .py")
    try:
        source = path.read_bytes()
    except (OSError, ValueError) as error:
        raise fail(f"{item.value} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return PartFile(name=path.name, source=source, path=path.resolve(), place=item.place, key=key)
