"""Errors of a scenario that only building its federation shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wfsim.errors import ScenarioError
from wfsim.scenario.find import find_scenario


@contextmanager
def naming_file(scenario: str) -> Iterator[str]:
    """Gives the file of a scenario. A ScenarioError that names no file comes out naming this one."""
    file = str(find_scenario(scenario, Path()))
    try:
        yield file
    except ScenarioError as error:
        if error.file:
            raise
        raise ScenarioError(error.message, file=file, path=error.path) from error
