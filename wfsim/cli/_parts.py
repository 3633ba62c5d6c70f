"""Part files that a command names itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from wfsim.scenario.parts import PartFile

PartFiles = Annotated[
    list[Path] | None, typer.Option("--parts", metavar="FILE", help="a Python file with kinds of your own; repeatable")
]


@contextmanager
def with_kinds_of(files: Sequence[Path] | None) -> Iterator[None]:
    """While it lasts, the kinds of these files count too. Raises ScenarioError for a file that cannot be loaded."""
    from wfsim.scenario.part_lists import distinct
    from wfsim.scenario.parts import parts_loaded

    with parts_loaded(distinct([part_file(path, "--parts") for path in files or ()])):
        yield


def part_file(path: Path, asked_by: str) -> PartFile:
    """The file at a path; `asked_by` is what errors begin with. Raises ScenarioError."""
    import wfsim.scenario.schema  # noqa: F401 - opens every slot
    from wfsim.scenario.node import Node, Place
    from wfsim.scenario.part_lists import read_part

    return read_part(Node(str(path), Place(asked_by)), Path())
