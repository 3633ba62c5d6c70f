"""The public entry: a scenario from a file or a packaged name, with overrides; and its resolved form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from wfsim.errors import ScenarioError, UsageError
from wfsim.part import Section
from wfsim.scenario.explain import explain
from wfsim.scenario.find import find_scenario, not_found
from wfsim.scenario.merge import read_extended
from wfsim.scenario.node import Node
from wfsim.scenario.overrides import apply_overrides
from wfsim.scenario.part_lists import parts_of
from wfsim.scenario.parts import FOLDER, parts_loaded, write_parts
from wfsim.scenario.paths import resolve_paths
from wfsim.scenario.radios import overlaid
from wfsim.scenario.yaml_target import write_yaml

if TYPE_CHECKING:
    from wfsim.scenario.schema import Scenario

AnySection = TypeVar("AnySection", bound=Section)
Overrides = Sequence[str] | Mapping[str, object]


def load_scenario(source: str | Path, overrides: Overrides = (), **more: object) -> Scenario:
    """The scenario at a path or of a packaged name, with its `extends` and the overrides laid over it.

    `overrides` are `dotted.key=value` texts or a mapping; keywords are overrides too:
    `load_scenario("digits", seed=2)`.
    Raises ScenarioError (`file:line: path: message`) for anything wrong in it, UsageError for a malformed override.
    """
    from wfsim.scenario.schema import Scenario

    return load_section(Scenario, source, _together(overrides, more))


def _together(overrides: Overrides, more: Mapping[str, object]) -> Overrides:
    if isinstance(overrides, Mapping):
        return {**overrides, **more}
    if more and overrides:
        raise UsageError("give overrides as texts or as keywords, not both")
    return more or overrides


def load_section(schema: type[AnySection], source: str | Path, overrides: Overrides = ()) -> AnySection:
    """`load_scenario` for any schema class."""
    return validated(schema, apply_overrides(schema, read_source(schema, source), overrides))


def read_source(schema: Any, source: str | Path) -> Node:
    """What the file at a path or of a packaged name says, laid over what it extends. Raises ScenarioError."""
    file = find_scenario(str(source), Path())
    if file is None:
        raise ScenarioError(not_found(str(source), Path()), file=str(source))
    return read_extended(schema, file)


def validated(schema: type[AnySection], root: Node) -> AnySection:
    """A section from nodes. Raises ScenarioError with the file and line of the first fault."""
    with parts_loaded(parts_of(root)):
        root = resolve_paths(schema, overlaid(schema, root))
        try:
            return schema.model_validate(root.plain())
        except ValidationError as error:
            raise explain(error, schema, root) from None


def resolved(scenario: Section) -> dict[str, Any]:
    """Every field, defaults included, as plain values that load back to an equal scenario."""
    return scenario.model_dump(mode="json")


def write_resolved(scenario: Scenario, path: Path) -> None:
    """Writes the resolved scenario as YAML, and beside it the part files that it names."""
    write_parts(scenario.parts, path.parent / FOLDER)
    write_yaml(resolved(scenario), path)
